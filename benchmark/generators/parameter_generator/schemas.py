"""Reads schemas into `Rules`: `$ref` followed, `allOf` merged, branches and conditions laid open.

Reading is lazy: only one level at a time, and each schema once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from benchmark.generators.parameter_generator import limits
from benchmark.generators.parameter_generator.patterns import matches_pattern
from benchmark.generators.parameter_generator.reading import (
    a_mapping,
    a_sequence,
    a_text,
    identical,
)
from benchmark.generators.parameter_generator.rules import (
    ANYTHING,
    NOTHING,
    ObjectPart,
    Rules,
    joined,
    merge,
    own_rules,
)
from benchmark.models import JsonSchema, unescape_pointer

_SAYING_NOTHING = frozenset({"$ref", "allOf", "title", "description", "externalDocs", "$comment"})
"""Keywords of a schema that say nothing of a value, except by what they lead to."""


class Schemas:
    """The schemas of one document, read when they are asked for and kept."""

    def __init__(self, definitions: Mapping[str, JsonSchema] | None = None) -> None:
        self._definitions = definitions or {}
        # The schema is kept beside its rules, so that its identity is not given to another one.
        self._read: dict[int, tuple[Any, Rules]] = {}
        self._of_definition: dict[tuple[tuple[str, ...], int], Rules] = {}
        self._merged: dict[tuple[int, ...], tuple[Sequence[Any], Rules]] = {}
        self._members: dict[tuple[Rules, str], Rules] = {}
        self._options: dict[Rules, tuple[Rules, ...]] = {}

    def read(self, schema: Any) -> Rules:
        """The rules of a schema; anything that is no schema allows everything."""
        known = self._read.get(id(schema))
        if known is None:
            if schema is False:
                return NOTHING
            if not isinstance(schema, Mapping) or not schema:
                return ANYTHING
            known = (schema, self._shared(schema))
            self._read[id(schema)] = known
        return known[1]

    def all_of(self, schemas: Sequence[Any]) -> Rules:
        """The rules of several schemas at once."""
        if not schemas:
            return ANYTHING
        if len(schemas) == 1:
            return self.read(schemas[0])
        key = tuple(map(id, schemas))
        known = self._merged.get(key)
        if known is None:
            rules = self.read(schemas[0])
            for schema in schemas[1:]:
                rules = merge(rules, self.read(schema))
            known = (tuple(schemas), rules)
            self._merged[key] = known
        return known[1]

    def member(self, rules: Rules, name: str) -> Rules:
        """The rules of an object's member, whether declared, matched by a pattern, or neither."""
        key = (rules, name)
        known = self._members.get(key)
        if known is None:
            schemas: list[Any] = []
            declared = False
            for part in rules.objects:
                own = [part.properties[name]] if name in part.properties else []
                own += [
                    schema
                    for pattern, schema in part.pattern_properties.items()
                    if matches_pattern(str(pattern), name)
                ]
                declared = declared or bool(own)
                schemas += own or [part.additional]
            # What unevaluatedProperties leaves over is known once nothing is left to choose.
            decided = not (rules.choices or rules.conditions or rules.dependent_schemas)
            closed = rules.closed and decided and not declared
            known = NOTHING if closed else self.all_of(schemas)
            self._members[key] = known
        return known

    def item(self, rules: Rules, index: int) -> Rules:
        """The rules of an array's item."""
        if len(rules.arrays) == 1 and not rules.arrays[0].prefix:
            return self.read(rules.arrays[0].items)
        return self.all_of(
            [
                part.prefix[index] if index < len(part.prefix) else part.items
                for part in rules.arrays
            ]
        )

    def _branches(self, rules: Rules) -> tuple[Rules, ...]:
        """The rules merged with each branch of the first choice, its discriminator fixed."""
        choice = rules.choices[0]
        base = replace(rules, choices=rules.choices[1:])
        return tuple(
            merge(base, self._discriminated(self.read(schema), choice.discriminator))
            for schema in choice.branches[: limits.MAX_BRANCHES]
        )

    def options(self, rules: Rules) -> tuple[Rules, ...]:
        """The rules with one thing decided that was open: a branch, a condition, or a `not`.

        A value of an option must still be checked against the rules.
        """
        known = self._options.get(rules)
        if known is None:
            if rules.choices:
                known = self._branches(rules)
            elif rules.conditions:
                condition = rules.conditions[0]
                base = replace(rules, conditions=rules.conditions[1:])
                known = (
                    merge(base, self.read(condition.otherwise)),
                    merge(
                        merge(base, self.read(condition.test)),
                        self.read(condition.then),
                    ),
                    merge(base, self.read(condition.then)),
                )
            else:
                known = (self._without_forbidden(rules),)
            self._options[rules] = known
        return known

    def _without_forbidden(self, rules: Rules) -> Rules:
        """The rules without `not`; members that must not be there are never sent."""
        base = replace(rules, forbidden=())
        for schema in rules.forbidden:
            absent = self.read(schema).required
            if absent:
                wanted = [name for name in absent if name not in rules.required] or absent
                base = merge(base, Rules(objects=(ObjectPart({wanted[0]: False}, {}),)))
        return base

    def _discriminated(self, branch: Rules, discriminator: Mapping[str, Any] | None) -> Rules:
        property_name = a_text(a_mapping(discriminator).get("propertyName"))
        if not property_name or not branch.names:
            return branch
        value = discriminator_value(branch.names, a_mapping(discriminator))
        return self.fixed(branch, property_name, value)

    def fixed(self, rules: Rules, name: str, value: str) -> Rules:
        """The rules with a member fixed to a value, unless they know that member's values."""
        allowed = self.member(rules, name).enum
        if allowed is not None and not any(identical(value, one) for one in allowed):
            return rules
        part = ObjectPart({name: {"const": value}}, {})
        return merge(rules, Rules(objects=(part,), required=(name,)))

    def definition(self, reference: Any) -> tuple[str, Any]:
        """The name and the schema that a `$ref` or a bare name stands for; ("", True) if none."""
        name = reference_name(reference)
        if name in self._definitions:
            return name, self._definitions[name]
        return "", True

    def _shared(self, schema: Mapping[str, Any]) -> Rules:
        """The rules of a schema; all that only refer to one definition have the same ones.

        Whatever is decided for rules is then decided once for a definition.
        """
        names: tuple[str, ...] = ()
        target: Any = schema
        for _ in range(limits.MAX_REFERENCES):
            name, following = self._only_part(target)
            if following is None:
                break
            names = joined(names, (name,)) if name else names
            target = following
        if target is schema or not isinstance(target, Mapping):
            return self._flatten(schema)
        # Definitions live as long as this does, so that their identity is not given to another one.
        key = (names, id(target))
        known = self._of_definition.get(key)
        if known is None:
            known = self._flatten(schema)
            self._of_definition[key] = known
        return known

    def _only_part(self, schema: Any) -> tuple[str, Any]:
        """The one schema that another consists of, and its name if it has one; None if none."""
        if not isinstance(schema, Mapping) or not schema.keys() <= _SAYING_NOTHING:
            return "", None
        parts = a_sequence(schema.get("allOf"))
        if "$ref" not in schema:
            return "", parts[0] if len(parts) == 1 else None
        name, target = self.definition(schema["$ref"])
        return name, target if name and not parts else None

    def _flatten(self, schema: Any) -> Rules:
        """The schema, what it refers to, and its `allOf`, merged; cycles are cut."""
        rules = ANYTHING
        seen: set[int] = set()
        # The outermost comes first, so that its annotations win.
        waiting: list[Any] = [schema]
        while waiting and len(seen) < limits.MAX_REFERENCES:
            current = waiting.pop(0)
            if current is False:
                return replace(rules, impossible=True)
            if not isinstance(current, Mapping) or id(current) in seen:
                continue
            seen.add(id(current))
            if not current.keys() <= _SAYING_NOTHING:
                rules = merge(rules, own_rules(current))
            following: list[Any] = []
            if isinstance(current.get("$ref"), str):
                name, target = self.definition(current["$ref"])
                if name:
                    rules = replace(rules, names=joined(rules.names, (name,)))
                    following.append(target)
            following += a_sequence(current.get("allOf"))
            waiting = following + waiting
        return rules


def reference_name(reference: Any) -> str:
    """The last part of a `$ref`: `#/$defs/Pet` is `Pet`."""
    return unescape_pointer(a_text(reference).rpartition("/")[2])


def discriminator_value(names: Sequence[str], discriminator: Mapping[str, Any]) -> str:
    """What a discriminator says of a value of the first of these definitions that it knows."""
    mapping = a_mapping(discriminator.get("mapping"))
    for name in names:
        for value, target in mapping.items():
            if reference_name(target) == name or target == name:
                return str(value)
    return names[0]
