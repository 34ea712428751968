"""Whether a value satisfies its rules: a validator that follows the generator's own reading.

It differs from a validator of JSON Schema in one point: a required member that is `readOnly` may be
absent, since a request does not carry it.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from benchmark.generators.parameter_generator import limits
from benchmark.generators.parameter_generator.patterns import matches_pattern
from benchmark.generators.parameter_generator.reading import identical
from benchmark.generators.parameter_generator.rules import Rules
from benchmark.generators.parameter_generator.schemas import Schemas
from benchmark.models import Upload

MAX_CHECK_DEPTH = 40
"""Levels of a value, and of choices in its schema, that are looked at."""


Verdicts = dict[tuple[int, Rules], tuple[Any, int, bool]]
"""What checks of objects and arrays have found, by their identity and the rules they were held to.

Each verdict stands beside its value, so that its identity is not given to another one, and the
depth at which it was found. Values that were checked must not be changed.
"""

_MAX_VERDICTS = 10_000


def satisfies(
    value: Any, rules: Rules, schemas: Schemas, depth: int = 0, known: Verdicts | None = None
) -> bool:
    """Whether the value is one that the rules allow. `known` is filled, and serves later checks."""
    if rules.impossible or depth > MAX_CHECK_DEPTH:
        return not rules.impossible
    kind = json_type(value)
    types = rules.types
    if types is not None and kind not in types and (kind != "integer" or "number" not in types):
        return kind == "upload" and "string" in types
    if kind == "upload":
        return True
    if rules.enum is not None and not any(identical(value, allowed) for allowed in rules.enum):
        return False
    if kind == "string":
        return text_fits(value, rules) and _composition_fits(value, rules, schemas, depth, known)
    if kind in {"object", "array"}:
        return _inside_fits(value, kind, rules, schemas, depth, {} if known is None else known)
    if kind in {"integer", "number"} and not number_fits(value, rules):
        return False
    return kind != "" and _composition_fits(value, rules, schemas, depth, known)


_TYPES: Mapping[type, str] = {
    str: "string",
    bool: "boolean",
    type(None): "null",
    int: "integer",
    dict: "object",
    list: "array",
    tuple: "array",
    Upload: "upload",
}


def json_type(value: Any) -> str:
    """The narrowest JSON type of a value, "upload" for a file, "" for what is none of JSON.

    1.0 is an integer.
    """
    known = _TYPES.get(type(value))
    if known is not None:
        return known
    if isinstance(value, float):
        return "integer" if value.is_integer() else "number"
    if isinstance(value, Mapping):
        return "object"
    return next((name for kind, name in _TYPES.items() if isinstance(value, kind)), "")


def _inside_fits(
    value: Any, kind: str, rules: Rules, schemas: Schemas, depth: int, known: Verdicts
) -> bool:
    """Whether an object or array fits, looked up where it was checked before."""
    key = (id(value), rules)
    found = known.get(key)
    # A check at a lesser depth has looked at least as deep.
    if found is not None and found[1] <= depth:
        return found[2]
    check = _object_fits if kind == "object" else _array_fits
    fits = check(value, rules, schemas, depth, known) and _composition_fits(
        value, rules, schemas, depth, known
    )
    if len(known) >= _MAX_VERDICTS:
        known.clear()
    known[key] = (value, depth, fits)
    return fits


def text_fits(value: str, rules: Rules) -> bool:
    """Whether a string has the length, the patterns and the format that are asked for."""
    if not rules.min_length <= len(value):
        return False
    if rules.max_length is not None and len(value) > rules.max_length:
        return False
    if not all(matches_pattern(pattern, value) for pattern in rules.patterns):
        return False
    check = _FORMAT_CHECKS.get(rules.format)
    return check is None or check(value)


def number_fits(value: int | float, rules: Rules) -> bool:
    """Whether a number lies within the bounds and is a multiple of what is asked for."""
    if rules.minimum is not None and value < rules.minimum:
        return False
    if rules.maximum is not None and value > rules.maximum:
        return False
    if rules.above is not None and value <= rules.above:
        return False
    if rules.below is not None and value >= rules.below:
        return False
    return all(exact(value) % exact(step) == 0 for step in rules.multiples)


def exact(value: int | float) -> Fraction:
    """The number as it is written: 0.1 is one tenth."""
    return Fraction(value) if isinstance(value, int) else Fraction(repr(value))


def _object_fits(
    value: Mapping[str, Any], rules: Rules, schemas: Schemas, depth: int, known: Verdicts
) -> bool:
    if len(value) < rules.min_properties:
        return False
    if rules.max_properties is not None and len(value) > rules.max_properties:
        return False
    for name in rules.required:
        if name not in value and not schemas.member(rules, name).read_only:
            return False
    for key, names in rules.dependent_required:
        if key in value and any(name not in value for name in names):
            return False
    for schema in rules.property_names:
        name_rules = schemas.read(schema)
        if not all(satisfies(key, name_rules, schemas, depth + 1, known) for key in value):
            return False
    for key, schema in rules.dependent_schemas:
        if key in value and not satisfies(value, schemas.read(schema), schemas, depth + 1, known):
            return False
    deeper: list[tuple[Any, Rules]] = []
    for key, member in value.items():
        member_rules = schemas.member(rules, str(key))
        if isinstance(member, (dict, list)):  # scalars decide sooner
            deeper.append((member, member_rules))
        elif not satisfies(member, member_rules, schemas, depth + 1, known):
            return False
    return all(satisfies(member, inner, schemas, depth + 1, known) for member, inner in deeper)


def _array_fits(
    value: list[Any] | tuple[Any, ...],
    rules: Rules,
    schemas: Schemas,
    depth: int,
    known: Verdicts,
) -> bool:
    if len(value) < rules.min_items:
        return False
    if rules.max_items is not None and len(value) > rules.max_items:
        return False
    if rules.unique and not all_different(value):
        return False
    for contains in rules.contains:
        wanted = schemas.read(contains.schema)
        found = sum(satisfies(item, wanted, schemas, depth + 1, known) for item in value)
        if found < contains.least or (contains.most is not None and found > contains.most):
            return False
    return all(
        satisfies(item, schemas.item(rules, index), schemas, depth + 1, known)
        for index, item in enumerate(value)
    )


def all_different(values: list[Any] | tuple[Any, ...]) -> bool:
    """Whether no two of the values are equal as JSON."""
    return all(
        not identical(value, other)
        for index, value in enumerate(values[: limits.MAX_ITEMS])
        for other in values[:index]
    )


def _composition_fits(
    value: Any, rules: Rules, schemas: Schemas, depth: int, known: Verdicts | None
) -> bool:
    for choice in rules.choices:
        matching = 0
        for branch in choice.branches:
            if satisfies(value, schemas.read(branch), schemas, depth + 1, known):
                matching += 1
                if not choice.exactly_one or matching > 1:
                    break
        if matching == 0 or (choice.exactly_one and matching > 1):
            return False
    for schema in rules.forbidden:
        if satisfies(value, schemas.read(schema), schemas, depth + 1, known):
            return False
    for condition in rules.conditions:
        holds = satisfies(value, schemas.read(condition.test), schemas, depth + 1, known)
        consequence = condition.then if holds else condition.otherwise
        if not satisfies(value, schemas.read(consequence), schemas, depth + 1, known):
            return False
    return True


# ── Formats ───────────────────────────────────────────────────────────────────────────────────────

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)*\Z")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\[]+\Z")
_DATE_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)\Z", re.ASCII
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)\Z", re.ASCII)
_DURATION = re.compile(
    r"P(?!\Z)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?!\Z)(\d+H)?(\d+M)?(\d+S)?)?\Z", re.ASCII
)
_HOSTNAME = re.compile(
    r"(?=.{1,253}\Z)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    r"(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\Z"
)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return bool(_DATE.match(text))


def _is_date_time(text: str) -> bool:
    if not _DATE_TIME.match(text):
        return False
    try:
        datetime.fromisoformat(text[:19])
    except ValueError:
        return False
    return True


def _is_ipv4(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return "%" not in text


_FORMAT_CHECKS: Mapping[str, Callable[[str], bool]] = {
    "date": _is_date,
    "date-time": _is_date_time,
    "time": lambda text: bool(_TIME.match(text)),
    "duration": lambda text: bool(_DURATION.match(text)),
    "email": lambda text: bool(_EMAIL.match(text)),
    "hostname": lambda text: bool(_HOSTNAME.match(text)),
    "ipv4": _is_ipv4,
    "ipv6": _is_ipv6,
    "uri": lambda text: bool(_URI.match(text)),
    "uuid": lambda text: bool(_UUID.match(text)),
}
