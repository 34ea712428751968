"""Sample data for people: values of one operation's parameters and body, as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from benchmark.generators.parameter_generator import ParameterGenerator
from benchmark.generators.scenario_planner.recipes import is_sent
from benchmark.models import ApiSpec, Operation, Parameter, ParameterLocation, Upload

LOCATIONS: tuple[ParameterLocation, ...] = ("path", "query", "header", "cookie")


def sample_requests(
    spec: ApiSpec,
    operation: Operation,
    count: int,
    seed: int,
    given: Mapping[str, Mapping[str, Any]],
    *,
    file_upload_size: int = 1024,
    infer_meaning: bool = True,
) -> list[dict[str, Any]]:
    """`count` requests of an operation: parameters by location, content type and body.

    `given` holds values, by location and name, that stand in each of them. `valid` says whether all
    values satisfy the document. A file is an object with its name, type and size in bytes.
    """
    generator = ParameterGenerator(seed, spec.definitions, file_upload_size, infer_meaning)
    columns: list[tuple[Parameter, tuple[Any, ...]]] = []
    for parameter in operation.parameters:
        known = given.get(parameter.location, {})
        if parameter.name in known:
            columns.append((parameter, (known[parameter.name],) * count))
        elif is_sent(parameter, "typical"):
            samples = generator.samples(
                parameter.schema, count, parameter.name, "minimal", parameter.examples
            )
            columns.append((parameter, samples))
    media = operation.body.media_types[0] if operation.body is not None else None
    bodies = generator.samples_for_body(media, count) if media is not None else (None,) * count
    requests = []
    for index in range(count):
        found: dict[str, dict[str, Any]] = {location: {} for location in LOCATIONS}
        valid = media is None or generator.is_valid(bodies[index], media.schema)
        for parameter, values in columns:
            value = values[index % len(values)]
            found[parameter.location][parameter.name] = _as_json(value)
            valid = valid and generator.is_valid(value, parameter.schema)
        request = {
            "parameters": found,
            "content_type": media.content_type if media is not None else None,
            "body": _as_json(bodies[index]),
            "valid": valid,
        }
        requests.append(request)
    return requests


def _as_json(value: Any) -> Any:
    """The value with files as objects; what is no number of JSON is a text."""
    if isinstance(value, Upload):
        return {
            "file_name": value.file_name,
            "content_type": value.content_type,
            "size": value.size,
        }
    if isinstance(value, Mapping):
        return {str(name): _as_json(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_as_json(item) for item in value]
    return str(value) if isinstance(value, float) and not isfinite(value) else value
