"""Decides what a value looks like: its branch, its members, the length of its arrays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal, NamedTuple

from benchmark.generators.parameter_generator import limits
from benchmark.generators.parameter_generator.checks import satisfies
from benchmark.generators.parameter_generator.patterns import draw_pattern
from benchmark.generators.parameter_generator.reading import a_mapping, a_text
from benchmark.generators.parameter_generator.rules import Rules, merge
from benchmark.generators.parameter_generator.schemas import Schemas, discriminator_value
from benchmark.generators.parameter_generator.strings import draw_string
from benchmark.generators.parameter_generator.words import Words

Chosen = tuple[tuple[str, Rules], ...]

_COST_DEPTH = 5
_COST_FUEL = 400
_ENDLESS = 1_000
_DEPENDENCY_ROUNDS = 4


Level = Literal["minimal", "typical", "full"]


class Place(NamedTuple):
    """Where a value with options stands: what is inside of which definitions, and how deep."""

    rules: Rules
    depth: int
    inside: frozenset[str]
    files: bool


class Members:
    """The decisions for the schemas of one document, each made once."""

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas
        self._chosen: dict[tuple[Rules, str, int, frozenset[str]], tuple[Rules, Chosen]] = {}
        self._costs: dict[Rules, int] = {}
        self._items: dict[tuple[Rules, int], Rules] = {}
        self._subtypes: dict[Rules, Rules] = {}
        self.worked: dict[tuple[Place, Level], tuple[Level, Rules]] = {}
        self.hopeless: set[Place] = set()
        self._preferred: dict[tuple[Rules, frozenset[str]], tuple[Rules, ...]] = {}

    # ── Branches ──────────────────────────────────────────────────────────────────────────────────

    def preferred(self, rules: Rules, inside: frozenset[str]) -> tuple[Rules, ...]:
        """The options of open rules: not endless, not null, exampled, few required members."""
        key = (rules, inside)
        known = self._preferred.get(key)
        if known is None:
            options = self._schemas.options(rules)
            known = tuple(
                sorted(
                    options,
                    key=lambda option: (
                        option.impossible,
                        any(name in inside and name not in rules.names for name in option.names),
                        option.types == ("null",),
                        self.cost(option) >= _ENDLESS,
                        len(option.examples) <= len(rules.examples),
                        self.cost(option),
                    ),
                )
            )
            self._preferred[key] = known
        return known

    def subtype(self, rules: Rules) -> Rules:
        """The rules with the discriminator of a base schema answered.

        A schema that is itself a subtype gets its own name; the base gets the first subtype that
        its mapping names.
        """
        known = self._subtypes.get(rules)
        if known is None:
            known = replace(rules, discriminators=())
            for discriminator in rules.discriminators:
                name = a_text(discriminator.get("propertyName"))
                if not name:
                    continue
                known = self._with_subtype(known, name, a_mapping(discriminator.get("mapping")))
            self._subtypes[rules] = known
        return known

    def _with_subtype(self, rules: Rules, name: str, mapping: object) -> Rules:
        targets = {
            value: self._schemas.definition(target) for value, target in a_mapping(mapping).items()
        }
        if any(target in rules.names for target, _ in targets.values()):
            value = discriminator_value(rules.names, {"mapping": mapping})
            return self._schemas.fixed(rules, name, value)
        for value, (target, schema) in targets.items():
            if target:
                merged = merge(rules, replace(self._schemas.read(schema), discriminators=()))
                return self._schemas.fixed(merged, name, str(value))
        if rules.names and name in rules.required and not targets:
            return self._schemas.fixed(rules, name, rules.names[0])
        return rules

    def cost(self, rules: Rules) -> int:
        """About how many values the smallest value of the rules has; 1,000 and more is endless."""
        known = self._costs.get(rules)
        if known is None:
            known = self._cost(rules, 0, frozenset(), [_COST_FUEL])
            self._costs[rules] = known
        return known

    def _cost(self, rules: Rules, depth: int, inside: frozenset[str], fuel: list[int]) -> int:
        fuel[0] -= 1
        if any(name in inside for name in rules.names):
            return _ENDLESS
        if depth > _COST_DEPTH or fuel[0] < 0 or rules.enum is not None:
            return 1
        deeper = inside.union(rules.names)
        total = 1
        kind = kind_of(rules)
        if kind == "object":
            for name in rules.required:
                member = self._schemas.member(rules, name)
                if not member.read_only:
                    total += self._cost(member, depth + 1, deeper, fuel)
        elif kind == "array" and rules.min_items:
            total += min(rules.min_items, 10) * self._cost(
                self._schemas.item(rules, 0), depth + 1, deeper, fuel
            )
        for choice in rules.choices:
            total += min(
                self._cost(self._schemas.read(branch), depth + 1, deeper, fuel)
                for branch in choice.branches[: limits.MAX_BRANCHES]
            )
        return total

    # ── Objects ───────────────────────────────────────────────────────────────────────────────────

    def of(
        self, rules: Rules, level: str, depth: int, inside: frozenset[str], words: Words
    ) -> tuple[Rules, Chosen]:
        """The members to send, in the document's order, and the rules with dependencies merged."""
        key = (rules, level, depth, inside)
        known = self._chosen.get(key)
        if known is None:
            known = self._choose(rules, level, depth, inside, words)
            self._chosen[key] = known
        return known

    def _choose(
        self, rules: Rules, level: str, depth: int, inside: frozenset[str], words: Words
    ) -> tuple[Rules, Chosen]:
        names: list[str] = []
        for _ in range(_DEPENDENCY_ROUNDS):
            names = self._names(rules, level, depth, inside)
            active = [key for key, _ in rules.dependent_schemas if key in names]
            if not active:
                break
            merged = replace(
                rules,
                dependent_schemas=tuple(
                    (key, schema) for key, schema in rules.dependent_schemas if key not in active
                ),
                required=tuple(dict.fromkeys((*rules.required, *active))),
            )
            for key, schema in rules.dependent_schemas:
                if key in active:
                    merged = merge(merged, self._schemas.read(schema))
            rules = merged
        missing = min(rules.min_properties, limits.MAX_PROPERTIES) - len(names)
        if missing > 0:
            names += self._more_names(rules, names, missing, inside, words)
        return rules, tuple((name, self._schemas.member(rules, name)) for name in names)

    def _names(self, rules: Rules, level: str, depth: int, inside: frozenset[str]) -> list[str]:
        declared = list(dict.fromkeys([name for part in rules.objects for name in part.properties]))
        wanted = dict.fromkeys(
            name
            for name in dict.fromkeys((*declared, *rules.required))
            if name in rules.required and not self._schemas.member(rules, name).read_only
        )
        room = _at_most(rules) - len(wanted)
        if level == "typical":
            room = min(room, limits.TYPICAL_OPTIONAL)
        for name in declared:
            if room <= 0 or level == "minimal":
                break
            if name not in wanted and self._is_sent(rules, name, level, depth, inside):
                wanted[name] = None
                room -= 1
        for _ in range(_DEPENDENCY_ROUNDS):
            for key, needed in rules.dependent_required:
                if key in wanted:
                    wanted.update(dict.fromkeys(needed))
        # A member that others need, and that cannot be had, takes them with it.
        for key, needed in rules.dependent_required:
            impossible = any(self._schemas.member(rules, name).impossible for name in needed)
            if key in wanted and key not in rules.required:
                if impossible or len(wanted) > _at_most(rules):
                    del wanted[key]
        order = {name: position for position, name in enumerate(declared)}
        return sorted(wanted, key=lambda name: order.get(name, len(order)))

    def _is_sent(
        self, rules: Rules, name: str, level: str, depth: int, inside: frozenset[str]
    ) -> bool:
        """Whether an optional member is sent at a level."""
        member = self._schemas.member(rules, name)
        if member.impossible or member.read_only or self._is_endless(member, inside):
            return False
        if not all(
            satisfies(name, self._schemas.read(schema), self._schemas)
            for schema in rules.property_names
        ):
            return False
        kind = self._inner_kind(member)
        if level == "full":
            return kind not in {"object", "array"} or depth < limits.FULL_DEPTH
        if member.deprecated:
            return False
        if kind not in {"object", "array"}:
            return True
        if depth >= limits.TYPICAL_DEPTH:
            return False
        if member.examples or any(default is not None for default in member.defaults):
            return True
        return self._is_shallow(member, kind)

    def _is_shallow(self, rules: Rules, kind: str) -> bool:
        """Whether an object has only scalar members, or an array only scalar items."""
        if rules.choices:
            return False
        if kind == "array":
            return self._inner_kind(self._schemas.item(rules, 0)) not in {"object", "array"}
        declared = [name for part in rules.objects for name in part.properties]
        return 0 < len(declared) <= 10 and all(
            self._inner_kind(self._schemas.member(rules, name)) not in {"object", "array"}
            for name in declared
        )

    def _is_endless(self, rules: Rules, inside: frozenset[str]) -> bool:
        """Whether the value would contain what it stands in."""
        if any(name in inside for name in rules.names):
            return True
        if kind_of(rules) == "array":
            names = self._schemas.item(rules, 0).names
            if any(name in inside for name in names):
                return True
        if rules.choices:
            branches = [self._schemas.read(one) for one in rules.choices[0].branches]
            real = [branch for branch in branches if branch.types != ("null",)]
            if real and all(any(name in inside for name in one.names) for one in real):
                return True
        return self.cost(rules) >= _ENDLESS

    def _inner_kind(self, rules: Rules) -> str:
        """The kind of a value, that of the first branch which is not null where it has branches."""
        kind = kind_of(rules)
        for choice in rules.choices if kind == "" else ():
            for branch in choice.branches:
                inner = kind_of(self._schemas.read(branch))
                if inner != "null":
                    return inner
        return kind

    def _more_names(
        self, rules: Rules, names: list[str], missing: int, inside: frozenset[str], words: Words
    ) -> list[str]:
        """Names of further members, declared ones first, for `minProperties`."""
        found: list[str] = []
        for name in self._candidates(rules, words):
            if len(found) >= missing:
                break
            member = self._schemas.member(rules, name)
            if name in names or name in found or member.impossible or member.read_only:
                continue
            if self._is_endless(member, inside):
                continue
            named = (self._schemas.read(schema) for schema in rules.property_names)
            if all(satisfies(name, one, self._schemas) for one in named):
                found.append(name)
        return found

    def _candidates(self, rules: Rules, words: Words) -> Iterator[str]:
        for part in rules.objects:
            yield from part.properties
        count = 4 * min(rules.min_properties, limits.MAX_PROPERTIES) + 10
        for schema in rules.property_names:
            named = self._schemas.read(schema)
            yield from (one for one in named.enum or () if isinstance(one, str))
            for _ in range(count):
                yield draw_string(words, named, "", infer=False)
        for part in rules.objects:
            for pattern in part.pattern_properties:
                # A pattern without an end has other names only where they are longer.
                for index in range(count):
                    yield draw_pattern(str(pattern), words.random, index % 20) or "key"
        for index in range(count):
            yield f"key{index + 1}"

    # ── Arrays ────────────────────────────────────────────────────────────────────────────────────

    def length(self, rules: Rules, level: str, depth: int, inside: frozenset[str]) -> int:
        """How many items an array gets."""
        least = max(rules.min_items, *(one.least for one in rules.contains), 0)
        most = min(
            limits.MAX_ITEMS, limits.MAX_ITEMS if rules.max_items is None else rules.max_items
        )
        if self._schemas.item(rules, 0).impossible:
            return min(least, most)
        deep = depth >= (limits.FULL_DEPTH if level == "full" else limits.TYPICAL_DEPTH)
        wanted = least
        if level != "minimal" and not (deep and self._is_heavy(rules)):
            first = self._schemas.item(rules, 0)
            prefix = max((len(part.prefix) for part in rules.arrays), default=0)
            wanted = max(least, prefix, 0 if self._is_endless(first, inside) else 1)
        return min(wanted, most)

    def _is_heavy(self, rules: Rules) -> bool:
        return self._inner_kind(self._schemas.item(rules, 0)) in {"object", "array"}

    def item(self, rules: Rules, index: int) -> Rules:
        """The rules of an item, with what the array must contain on its first places."""
        if not rules.contains:
            return self._schemas.item(rules, index)
        key = (rules, index)
        known = self._items.get(key)
        if known is None:
            known = self._schemas.item(rules, index)
            place = 0
            for contains in rules.contains:
                if place <= index < place + contains.least:
                    known = merge(known, self._schemas.read(contains.schema))
                place += contains.least
            self._items[key] = known
        return known


def kind_of(rules: Rules) -> str:
    """The JSON type that a value gets: the first that is allowed, null last; "" if all are."""
    if rules.types is not None:
        named = [name for name in rules.types if name != "null"] or ["null"]
        # Where several are allowed, the one that the other keywords speak of.
        for kind in ("object", "array"):
            if kind in named and _speaks_of(rules, kind):
                return kind
        return named[0]
    for kind in ("object", "array", "string", "number"):
        if _speaks_of(rules, kind):
            return kind
    return ""


def _speaks_of(rules: Rules, kind: str) -> bool:
    if kind == "object":
        return bool(rules.objects or rules.required or rules.min_properties)
    if kind == "array":
        return bool(rules.arrays or rules.min_items or rules.contains)
    if kind == "string":
        return bool(rules.patterns or rules.min_length or rules.max_length or rules.format)
    return bool(
        rules.multiples
        or any(
            bound is not None for bound in (rules.minimum, rules.maximum, rules.above, rules.below)
        )
    )


def _at_most(rules: Rules) -> int:
    most = limits.MAX_PROPERTIES if rules.max_properties is None else rules.max_properties
    return min(most, limits.MAX_PROPERTIES)
