"""The endpoints that a load is to consist of: how people write them, and what they weigh.

In a settings file each is a table (method, path, weight, parameters, body); on the command line it
is a text, `GET /users 2`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from benchmark.errors import UsageError
from benchmark.models import AskedEndpoint, ParameterLocation

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "QUERY", "TRACE")
"""The methods that can be asked for."""

MAX_ENDPOINTS = 1000
"""How many endpoints may be asked for."""

MAX_WEIGHT = 1000
"""The heaviest task: Locust keeps a task as often in memory as it weighs."""

LOCATIONS: tuple[ParameterLocation, ...] = ("path", "query", "header", "cookie")
"""Where parameters stand; a table of parameters may be divided by them."""

_MEMBERS = ("method", "path", "weight", "parameters", "body")
_TEXT = re.compile(r"([A-Za-z]+)\s+(/\S*)(?:\s+([0-9.eE+-]+))?")
_HOW = "write {method: GET, path: /users, weight: 2}, or 'GET /users 2'"
_MAX_PATH = 2000


def read_endpoints(value: Any) -> tuple[AskedEndpoint, ...]:
    """The endpoints of a list of tables and texts; a text has one on each line.

    Raises UsageError for what is none.
    """
    if isinstance(value, str):
        value = [line.strip() for line in value.splitlines() if line.strip()]
    if isinstance(value, Mapping):
        value = [value]
    if not isinstance(value, list | tuple):
        raise UsageError("a list of endpoints is needed", _HOW)
    if len(value) > MAX_ENDPOINTS:
        problem = f"{len(value):,} endpoints are too many; {MAX_ENDPOINTS:,} are taken"
        raise UsageError(problem, "leave them out: then all that is found is tested")
    return tuple(_endpoint(item) for item in value)


def _endpoint(item: Any) -> AskedEndpoint:
    if isinstance(item, AskedEndpoint):
        table = {name: getattr(item, name) for name in _MEMBERS}
    elif isinstance(item, str):
        written = _TEXT.fullmatch(item.strip())
        if written is None:
            raise UsageError(f"{item!r} is no endpoint", _HOW)
        method, path, weight = written.groups()
        table = {"method": method, "path": path, "weight": weight or 1.0}
    elif isinstance(item, Mapping):
        table = dict(item)
    else:
        raise UsageError("an endpoint is a table or a text", _HOW)
    unknown = next((name for name in table if name not in _MEMBERS), None)
    if unknown is not None:
        raise UsageError(f"an endpoint has no {unknown!r}", f"known are: {', '.join(_MEMBERS)}")
    return AskedEndpoint(
        _method(table.get("method", "GET")),
        _path(table.get("path")),
        _weight(table.get("weight", 1.0)),
        _parameters(table.get("parameters")),
        table.get("body"),
    )


def _method(value: Any) -> str:
    method = value.strip().upper() if isinstance(value, str) else ""
    if method not in METHODS:
        raise UsageError(f"{value!r} is no method", f"known are: {', '.join(METHODS)}")
    return method


def _path(value: Any) -> str:
    if not isinstance(value, str) or not value.startswith("/"):
        raise UsageError(f"{value!r} is no path", "it begins with a slash: /users or /users/{id}")
    if len(value) > _MAX_PATH or value.startswith("//") or "#" in value or not value.isprintable():
        raise UsageError(f"{value[:80]!r} cannot be the path of a request", "/users or /users/{id}")
    if " " in value:
        raise UsageError(f"{value!r} holds a space", "write %20 for it")
    return value


def _weight(value: Any) -> float:
    try:
        weight = float("nan") if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        weight = float("nan")
    if not 0 < weight <= 1e6:
        raise UsageError(f"{value!r} is no weight", "a number above 0, such as 2 or 0.5")
    return weight


def _parameters(value: Any) -> Mapping[str, Any] | None:
    if value is None:
        return None
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise UsageError("parameters are a table of names and values", "parameters: {limit: 5}")
    return dict(value)


def by_location(parameters: Mapping[str, Any] | None) -> dict[str, dict[str, Any]]:
    """Given parameters by location; under "" those of which only the name is known.

    A table whose keys are all locations, and whose values are all tables, is divided by location.
    """
    given = dict(parameters or {})
    if given and all(k in LOCATIONS and isinstance(v, Mapping) for k, v in given.items()):
        return {location: dict(values) for location, values in given.items()}
    return {"": given} if given else {}


def whole_weights(weights: Sequence[float]) -> tuple[int, ...]:
    """Whole numbers from 1 to MAX_WEIGHT in the proportion of the weights.

    It is exact wherever whole numbers up to that can say it, and as near as they can be elsewhere.
    """
    exact = [Fraction(repr(weight)) for weight in weights]
    shared = math.lcm(*(fraction.denominator for fraction in exact)) if exact else 1
    counts = [int(fraction * shared) for fraction in exact]
    divisor = math.gcd(*counts) or 1
    counts = [count // divisor for count in counts]
    largest = max(counts, default=1)
    if largest > MAX_WEIGHT:
        counts = [max(1, round(Fraction(count * MAX_WEIGHT, largest))) for count in counts]
    return tuple(counts)
