"""Counts how many generated requests satisfy their schemas, by an independent validator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import jsonschema_rs
import stages  # noqa: F401 - it puts the checkout on the path

from benchmark.generators.parameter_generator import ParameterGenerator
from benchmark.models import ApiSpec, JsonSchema, Operation, Upload

REQUESTS = 20
"""Requests of each operation."""

_ROOT = "urn:api"
_DEFINITION = "#/$defs/"
_SUBSCHEMAS = ("items", "additionalProperties", "not", "if", "then", "else", "contains")
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_MAPS = ("properties", "patternProperties", "dependentSchemas")


@dataclass
class Tally:
    """Requests so far, the valid ones, and what was wrong with the others."""

    requests: int = 0
    valid: int = 0
    unchecked: int = 0
    faults: Counter[str] = field(default_factory=Counter)

    @property
    def share(self) -> float:
        """The share of valid requests; 1 where there are none."""
        return self.valid / self.requests if self.requests else 1.0

    def add(self, other: Tally) -> None:
        """Count the other one in."""
        self.requests += other.requests
        self.valid += other.valid
        self.unchecked += other.unchecked
        self.faults.update(other.faults)

    def worst(self, count: int) -> list[str]:
        """The faults of the most requests."""
        return [f"{number} × {fault}" for fault, number in self.faults.most_common(count)]


def tally(spec: ApiSpec) -> Tally:
    """The requests of all operations of an application: parameters and body."""
    checker = _Checker(spec)
    generator = ParameterGenerator(seed=1, definitions=spec.definitions)
    found = Tally()
    for operation in spec.operations:
        faults: list[str] = [""] * REQUESTS
        for name, schema, values in _slots(operation, generator):
            for index, fault in enumerate(checker.faults(schema, values)):
                if fault and not faults[index]:
                    faults[index] = f"{operation.key} {name}: {fault}"
        found.requests += REQUESTS
        found.valid += faults.count("")
        found.faults.update(fault for fault in faults if fault)
    found.unchecked = checker.unreadable
    return found


def _slots(
    operation: Operation, generator: ParameterGenerator
) -> Iterator[tuple[str, JsonSchema, Sequence[Any]]]:
    """Name, schema and values of each part of an operation's requests."""
    for parameter in operation.parameters:
        values = generator.samples(
            parameter.schema, REQUESTS, parameter.name, examples=parameter.examples
        )
        yield parameter.name, parameter.schema, values
    if operation.body is not None:
        media = operation.body.media_types[0]
        yield "body", media.schema, generator.samples_for_body(media, REQUESTS)


class _Checker:
    """Validators of one application; what a client must not send is not required of it."""

    def __init__(self, spec: ApiSpec) -> None:
        self._definitions = spec.definitions
        self._read_only = frozenset(self._names_of_read_only(spec.definitions.values()))
        definitions = {name: self._sent(schema) for name, schema in spec.definitions.items()}
        registry = jsonschema_rs.Registry([(_ROOT, {"$defs": definitions})])
        self._registry = registry
        self._validators: dict[int, tuple[JsonSchema, Any]] = {}
        self.unreadable = 0

    def faults(self, schema: JsonSchema, values: Sequence[Any]) -> list[str]:
        """What is wrong with each value, "" for a valid one."""
        if id(schema) not in self._validators:
            self._validators[id(schema)] = (schema, self._validator(schema))
        validator = self._validators[id(schema)][1]
        if validator is None:
            return [""] * len(values)
        return [self._fault(validator, _plain(value)) for value in values]

    def _fault(self, validator: Any, value: Any) -> str:
        if validator.is_valid(value):
            return ""
        error = next(iter(validator.iter_errors(value)))
        place = "/".join(str(part) for part in error.instance_path)
        return f"{place}: {error.message}"[:110]

    def _validator(self, schema: JsonSchema) -> Any:
        root = _pointing(self._sent(schema))
        try:
            return jsonschema_rs.Draft202012Validator(
                root, registry=self._registry, validate_formats=True
            )
        except (ValueError, jsonschema_rs.ReferencingError):
            self.unreadable += 1
            return None

    def _sent(self, schema: JsonSchema) -> Any:
        """The schema without the demand for read-only members, which are never sent."""
        if isinstance(schema, bool):
            return schema
        result = dict(schema)
        own = schema.get("properties", {})
        if "required" in schema:
            result["required"] = [
                name
                for name in schema["required"]
                if not (self._is_read_only(own[name]) if name in own else name in self._read_only)
            ]
        for keyword in _SUBSCHEMAS:
            if isinstance(schema.get(keyword), Mapping):
                result[keyword] = self._sent(schema[keyword])
        for keyword in _LISTS:
            if keyword in schema:
                result[keyword] = [self._sent(part) for part in schema[keyword]]
        for keyword in _MAPS:
            if keyword in schema:
                result[keyword] = {n: self._sent(part) for n, part in schema[keyword].items()}
        return result

    def _is_read_only(self, schema: JsonSchema, hops: int = 10) -> bool:
        if isinstance(schema, bool) or hops == 0:
            return False
        name = str(schema.get("$ref", "")).removeprefix(_DEFINITION)
        return (
            schema.get("readOnly") is True
            or (name in self._definitions and self._is_read_only(self._definitions[name], hops - 1))
            or any(self._is_read_only(part, hops - 1) for part in schema.get("allOf", ()))
        )

    def _names_of_read_only(self, schemas: Any) -> Iterator[str]:
        waiting = list(schemas)
        while waiting:
            schema = waiting.pop()
            if isinstance(schema, bool):
                continue
            for name, member in schema.get("properties", {}).items():
                if self._is_read_only(member):
                    yield name
            waiting += [part for keyword in _LISTS for part in schema.get(keyword, ())]


def _pointing(schema: Any) -> Any:
    """The schema with references to the definitions that all schemas share."""
    if isinstance(schema, list):
        return [_pointing(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: f"{_ROOT}{value}"
        if key == "$ref" and isinstance(value, str) and value.startswith(_DEFINITION)
        else _pointing(value)
        for key, value in schema.items()
    }


def _plain(value: Any) -> Any:
    """The value with text in place of files."""
    if isinstance(value, Upload):
        return "x" * value.size
    if isinstance(value, Mapping):
        return {key: _plain(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
