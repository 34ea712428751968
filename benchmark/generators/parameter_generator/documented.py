"""The values that a document itself gives: enum, examples and defaults, where they are valid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmark.generators.parameter_generator import limits
from benchmark.generators.parameter_generator.checks import satisfies
from benchmark.generators.parameter_generator.reading import a_mapping
from benchmark.generators.parameter_generator.rules import Rules
from benchmark.generators.parameter_generator.schemas import Schemas

PLACEHOLDERS = frozenset({"", "string", "<string>", "{string}", "null", "..."})
"""Examples that tools write for lack of one."""


class Documented:
    """The documented values of rules, checked once and kept."""

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas
        self._values: dict[tuple[Rules, str], tuple[Any, ...]] = {}
        self._parts: dict[Rules, Mapping[str, Any]] = {}

    def values(self, rules: Rules, level: str) -> tuple[Any, ...]:
        """The values to use, best first: examples, then enum, else the default; may be empty."""
        key = (rules, level)
        known = self._values.get(key)
        if known is None:
            known = self._collect(rules, level)
            self._values[key] = known
        return known

    def valid(self, candidates: Sequence[Any], rules: Rules, level: str) -> tuple[Any, ...]:
        """Those of some examples that are valid, without what a request must not carry."""
        valid: list[Any] = []
        for candidate in candidates:
            value = self._sendable(_adapted(candidate, rules), rules, level, 0)
            if satisfies(value, rules, self._schemas) and value not in valid:
                valid.append(value)
        return tuple(valid)

    def parts(self, rules: Rules) -> Mapping[str, Any]:
        """The members of the first example of an object, each to be used where it is valid."""
        if not rules.examples:
            return {}
        known = self._parts.get(rules)
        if known is None:
            known = next((a_mapping(one) for one in rules.examples if a_mapping(one)), {})
            self._parts[rules] = known
        return known

    def _collect(self, rules: Rules, level: str) -> tuple[Any, ...]:
        if not (rules.examples or rules.defaults or rules.enum):
            return ()
        examples = [one for one in rules.examples if not _is_placeholder(one)]
        if level == "full":  # an example of an object seldom has all members
            examples = [one for one in examples if not isinstance(one, Mapping)]
        found = self.valid(examples, rules, level)
        if rules.enum is not None:
            allowed = self.valid(rules.enum, rules, level)
            values = [one for one in allowed if one is not None and one not in found]
            return (*found, *values) or allowed or rules.enum[:1]
        if found:
            return found
        defaults = [one for one in rules.defaults if one is not None and not _is_placeholder(one)]
        return self.valid(defaults, rules, level)

    def _sendable(self, value: Any, rules: Rules, level: str, depth: int) -> Any:
        """The value without read-only members and, at the level "minimal", optional ones."""
        if depth > limits.MAX_DEPTH:
            return value
        if isinstance(value, Mapping):
            members = {}
            for key, member in value.items():
                member_rules = self._schemas.member(rules, str(key))
                if member_rules.read_only or (level == "minimal" and key not in rules.required):
                    continue
                members[str(key)] = self._sendable(member, member_rules, level, depth + 1)
            # A branch that is not yet chosen may require what seems optional here.
            if level == "minimal" and not satisfies(members, rules, self._schemas):
                return self._sendable(value, rules, "typical", depth)
            return members
        if isinstance(value, (list, tuple)):
            return [
                self._sendable(item, self._schemas.item(rules, index), level, depth + 1)
                for index, item in enumerate(value[: limits.MAX_ITEMS])
            ]
        return value


def _is_placeholder(value: Any) -> bool:
    return isinstance(value, str) and value.strip() in PLACEHOLDERS


def _adapted(value: Any, rules: Rules) -> Any:
    """An example of the wrong type as the right one: "12" for an integer, 12 for a string."""
    types = rules.types or ()
    if isinstance(value, str) and types and "string" not in types:
        text = value.strip()
        if "integer" in types and text.lstrip("-").isdecimal() and len(text) < 20:
            return int(text)
        if "boolean" in types and text in {"true", "false"}:
            return text == "true"
        if "number" in types:
            try:
                return (
                    float(text) if len(text) < 20 and text.lower() not in {"nan", "inf"} else value
                )
            except ValueError:
                return value
    if isinstance(value, (int, float)) and not isinstance(value, bool) and types == ("string",):
        return str(value)
    return value
