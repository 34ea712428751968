"""Which operations were asked for, with which weights, and with which values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmark.asked_endpoints import LOCATIONS, by_location, whole_weights
from benchmark.errors import UsageError
from benchmark.generators.asked.matching import find_operation
from benchmark.models import ApiSpec, AskedEndpoint, Operation, ParameterLocation

MAX_VARIANTS = 100
"""How many different requests of one operation can be asked for, each as often as it weighs."""

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_OURS = frozenset(
    "connection content-length expect host te trailer transfer-encoding upgrade".split()
)
_SECRET = frozenset("authorization cookie proxy-authorization".split())

Place = tuple[ParameterLocation, str]
"""A parameter: its location and its name, a header's as the document writes it."""


@dataclass(frozen=True, slots=True)
class AskedOperation:
    """One operation of the load, as it was asked for.

    `weight` is a whole number, relative to the others. Each tuple of `values` holds a value for
    each request in turn, and so does `bodies`; all are of one length. `bodies` is empty where no
    body was given.
    """

    weight: int
    values: Mapping[Place, tuple[Any, ...]] = field(default_factory=dict)
    bodies: tuple[Any, ...] = ()

    @property
    def is_given(self) -> bool:
        """Whether any value of its requests was given."""
        return bool(self.values or self.bodies)


@dataclass(frozen=True, slots=True)
class Asked:
    """All operations that were asked for, by key. Without any, the load is all that is found.

    `undocumented` are those that no document of the target describes.
    """

    operations: Mapping[str, AskedOperation] = field(default_factory=dict)
    undocumented: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.operations)

    def path_names(self) -> frozenset[tuple[str, str]]:
        """The path parameters with given values: the operation's key and the parameter's name."""
        return frozenset(
            (key, name)
            for key, asked in self.operations.items()
            for location, name in asked.values
            if location == "path"
        )


def split_documented(
    endpoints: Sequence[AskedEndpoint], specs: Sequence[ApiSpec], base_url: str
) -> tuple[tuple[AskedEndpoint, ...], tuple[AskedEndpoint, ...]]:
    """The endpoints that documents describe, and those that none does."""
    known: list[AskedEndpoint] = []
    unknown: list[AskedEndpoint] = []
    for endpoint in endpoints:
        found = find_operation(specs, endpoint.method, endpoint.path, base_url)
        (unknown if found is None else known).append(endpoint)
    return tuple(known), tuple(unknown)


def asked_operations(
    endpoints: Sequence[AskedEndpoint], specs: Sequence[ApiSpec], base_url: str
) -> dict[str, AskedOperation]:
    """What is asked of each operation, by its key; the weights of the same one add up.

    Raises UsageError for values that cannot be sent, and for an operation that is asked for with
    some values here and with others there.
    """
    wanted: dict[str, list[_Wanted]] = {}
    for endpoint in endpoints:
        found = find_operation(specs, endpoint.method, endpoint.path, base_url)
        if found is None:
            raise UsageError(
                f"endpoints: {endpoint.key} cannot be called", "its path is no path of a URL"
            )
        _, operation, in_path = found
        values = {
            _place(endpoint, operation, location, name): value
            for location, named in in_path.items()
            for name, value in named.items()
        }
        values |= _given(endpoint, operation)
        one = _Wanted(endpoint, values, endpoint.body)
        wanted.setdefault(operation.key, []).append(one)
    weights = whole_weights([sum(w.endpoint.weight for w in each) for each in wanted.values()])
    return {
        key: _merged(key, weight, each)
        for (key, each), weight in zip(wanted.items(), weights, strict=True)
    }


@dataclass(frozen=True, slots=True)
class _Wanted:
    endpoint: AskedEndpoint
    values: Mapping[Place, Any]
    body: Any


def _merged(key: str, weight: int, wanted: Sequence[_Wanted]) -> AskedOperation:
    """Several endpoints that are one operation: each with its values, as often as it weighs."""
    first = wanted[0]
    if all(each.values == first.values and each.body == first.body for each in wanted):
        bodies = () if first.body is None else (first.body,)
        return AskedOperation(weight, {p: (value,) for p, value in first.values.items()}, bodies)
    for other in wanted:
        same_body = (other.body is None) == (first.body is None)
        if other.values.keys() != first.values.keys() or not same_body:
            raise UsageError(
                f"endpoints: {key} is asked for with different parameters: "
                f"{_names(first)}, and {_names(other)}",
                "give each of them the same parameters, or test them in runs of their own",
            )
    counts = _bounded(whole_weights([each.endpoint.weight for each in wanted]), key)
    every = [one for one, count in zip(wanted, counts, strict=True) for _ in range(count)]
    bodies = () if first.body is None else tuple(one.body for one in every)
    values = {place: tuple(one.values[place] for one in every) for place in first.values}
    return AskedOperation(weight, values, bodies)


def _bounded(counts: Sequence[int], key: str) -> list[int]:
    """How often each of several requests stands in a list of at most MAX_VARIANTS."""
    if len(counts) > MAX_VARIANTS:
        raise UsageError(
            f"endpoints: {key} is asked for with {len(counts)} different values",
            f"at most {MAX_VARIANTS} are taken",
        )
    total = sum(counts)
    if total <= MAX_VARIANTS:
        return list(counts)
    free = MAX_VARIANTS - len(counts)
    return [1 + count * free // total for count in counts]


def _names(wanted: _Wanted) -> str:
    names = [f"{location} {name}" for location, name in wanted.values]
    return ", ".join([*names, *(["a body"] if wanted.body is not None else [])]) or "none"


# ── given values ──────────────────────────────────────────────────────────────────────────────────


def _given(endpoint: AskedEndpoint, operation: Operation) -> dict[Place, Any]:
    """The values that stand in `parameters`; None leaves the choice to us."""
    found = {}
    for location, named in by_location(endpoint.parameters).items():
        for name, value in named.items():
            if value is not None:
                place = _place(endpoint, operation, location, str(name))
                _require_sendable(endpoint, place, value)
                found[place] = value
    return found


def _place(endpoint: AskedEndpoint, operation: Operation, location: str, name: str) -> Place:
    """Where a value goes: as the document says, else into the query."""
    for parameter in operation.parameters:
        same = parameter.name == name
        if parameter.location == "header":
            same = parameter.name.lower() == name.lower()
        if same and location in ("", parameter.location):
            return parameter.location, parameter.name
    if location == "path":
        raise UsageError(
            f"endpoints: the path of {operation.key} has no parameter {name!r}",
            f"{endpoint.key} was asked for; its path decides what can be given",
        )
    return next((known for known in LOCATIONS if known == location), "query"), name


def _require_sendable(endpoint: AskedEndpoint, place: Place, value: Any) -> None:
    location, name = place
    where = f"endpoints: {endpoint.key}: {location} {name!r}"
    if location == "path" and str(value) in ("", ".", ".."):
        raise UsageError(f"{where} cannot be {value!r}", "it would make another path")
    if location not in ("header", "cookie"):
        return
    if not _NAME.fullmatch(name) or name.lower() in _OURS:
        raise UsageError(f"{where} cannot be sent", "leave it out")
    if location == "header" and name.lower() in _SECRET:
        raise UsageError(
            f"{where} may be a secret, and would stand in the test's file",
            "give it with --header, --token or --basic",
        )
    if not isinstance(value, str | int | float) or not str(value).isprintable():
        raise UsageError(f"{where} cannot have this value", "a text on one line is needed")
