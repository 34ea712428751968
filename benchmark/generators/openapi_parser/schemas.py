"""Schemas of every OpenAPI dialect, levelled to JSON Schema 2020-12.

References stay references: each schema that is referred to becomes one definition, levelled once,
so that neither size nor recursion of a document multiplies. Whatever a validator would refuse to
read is repaired or left out with a warning; the result is always a valid schema.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import PurePath
from typing import Any

from benchmark.generators.documents.references import (
    DOCUMENT_SUFFIXES,
    MAX_HOPS,
    Place,
    UnresolvedError,
    component_reference,
)
from benchmark.generators.openapi_parser.completion import fit_enum, nullable
from benchmark.generators.openapi_parser.context import Context, as_flag, as_map
from benchmark.generators.openapi_parser.contradictions import contradictions, endless
from benchmark.generators.openapi_parser.cycles import cut_cycles
from benchmark.generators.openapi_parser.keywords import (
    ANNOTATIONS,
    PLAIN_KEYWORDS,
    WrongValueError,
    level_exclusive,
    level_type,
)
from benchmark.generators.openapi_parser.patterns import level_pattern
from benchmark.models import JsonSchema

_SINGLE = frozenset(
    "not if then else contains propertyNames contentSchema additionalProperties "
    "unevaluatedProperties unevaluatedItems".split()
)
_LISTS = frozenset({"allOf", "anyOf", "oneOf"})
_SILENT = frozenset(
    "$ref $id id $schema $anchor $dynamicAnchor $recursiveAnchor $comment $vocabulary $defs "
    "definitions externalDocs nullable type items additionalItems prefixItems required minimum "
    "maximum exclusiveMinimum exclusiveMaximum properties patternProperties discriminator "
    "dependentSchemas dependencies collectionFormat allowEmptyValue name in in style explode "
    "allowReserved".split()
)
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_.\-]+")
Key = Place | tuple[int, str]


class SchemaLeveller:
    """Levels the schemas of one document and collects the definitions that they refer to."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._definitions: dict[str, JsonSchema] = {}
        self._names: dict[Key, str] = {}
        self._taken: set[str] = set()
        self._waiting: deque[tuple[str, Any]] = deque()
        self._schemas_left = context.limits.max_schemas
        self._component_names = _names_of_parts(context)

    def level(self, raw: object, where: str, name: str = "") -> JsonSchema:
        """One schema; `where` names the operation or definition in warnings, `name` the slot."""
        return _Levelling(self, self._context, where, name, as_map(raw)).schema(raw)

    def may_go_on(self) -> bool:
        """Counts one more schema; says, once, that the rest of the document is not levelled."""
        self._schemas_left -= 1
        if self._schemas_left == -1:
            self._context.warn(
                "schemas",
                f"there are more than {self._context.limits.max_schemas:,}, references counted "
                "each time; any value is taken as valid for the rest (ParserLimits.max_schemas)",
            )
        return self._schemas_left >= 0

    def definitions(self) -> Mapping[str, JsonSchema]:
        """Every definition that a levelled schema can reach, itself levelled, by name."""
        while self._waiting:
            name, raw = self._waiting.popleft()
            self._definitions[name] = self.level(raw, f"#/$defs/{name}")
        cut_cycles(self._definitions, self._context.warn)
        for name in endless(self._definitions):
            self._context.warn(f"#/$defs/{name}", "no value is valid: each would hold another one")
        return self._definitions

    def define(self, reference: object, root: Mapping[str, Any]) -> str:
        """The name of the definition for a `$ref`. Raises UnresolvedError where there is none.

        `root` is the outermost schema around the reference: a pointer that leads nowhere in the
        document may have been meant from there.
        """
        place, raw, key = self._find(reference, root)
        if key not in self._names:
            self._names[key] = self._new_name(place)
            self._waiting.append((self._names[key], _schema_in(raw)))
        return self._names[key]

    def _find(self, reference: object, root: Mapping[str, Any]) -> tuple[Place, Any, Key]:
        """Where a reference leads, what stands there, and what tells it from other schemas."""
        documents = self._context.documents
        try:
            place, raw = documents.find(reference)
        except UnresolvedError:
            tokens = documents.locate(reference).tokens
            home = tokens[0] if len(tokens) == 2 else ""
            local = as_map(root.get(home)) if home in ("$defs", "definitions") else {}
            if tokens[1:] == () or tokens[1] not in local:
                raise
            return Place("", tokens), local[tokens[1]], (id(local), tokens[1])
        for _ in range(MAX_HOPS):
            # A component that stands for a part in another document is that part.
            if not isinstance(raw, Mapping) or raw.keys() != {"$ref"}:
                break
            further, value = documents.find(raw["$ref"])
            if further.document == place.document:
                break
            place, raw = further, value
        return place, raw, place

    def _new_name(self, place: Place) -> str:
        tokens = place.tokens
        is_named = tokens[:-1] in (("components", "schemas"), ("definitions",)) or (
            place.document and len(tokens) == 1
        )
        words = tokens[-1:] if is_named else tokens
        if place in self._component_names:
            words = (self._component_names[place],)
        elif place.document and not is_named:
            words = (PurePath(place.document).stem, *tokens)
        text = _NOT_IN_A_NAME.sub("_", "_".join(words)).strip("_")[-80:] or "schema"
        name, number = text, 1
        while name in self._taken:
            number += 1
            name = f"{text}_{number}"
        self._taken.add(name)
        return name


def _names_of_parts(context: Context) -> dict[Place, str]:
    """The names of the components that only refer to another document, by where they lead."""
    names: dict[Place, str] = {}
    declared = {**context.component("schemas"), **as_map(context.document.get("definitions"))}
    for name, raw in declared.items():
        if isinstance(raw, Mapping) and raw.keys() == {"$ref"}:
            with suppress(UnresolvedError):
                place = context.documents.locate(raw["$ref"])
                if place.document:
                    names.setdefault(place, name)
    return names


def _schema_in(raw: Any) -> Any:
    """The schema of a parameter, where one was referred to as if it were a schema."""
    if isinstance(raw, Mapping) and "in" in raw and isinstance(raw.get("schema"), Mapping):
        return raw["schema"]
    return raw


class _Levelling:
    """The levelling of one schema with all that stands inside it."""

    def __init__(
        self,
        leveller: SchemaLeveller,
        context: Context,
        where: str,
        name: str,
        root: Mapping[str, Any],
    ) -> None:
        self._leveller = leveller
        self._context = context
        self._where = where
        self._root = root
        self._names = [name] if name else []

    def schema(self, raw: object) -> JsonSchema:
        if isinstance(raw, bool):
            return raw
        if raw is None or not self._leveller.may_go_on():
            return True
        if isinstance(raw, str) and level_type(raw):
            self._warn(f"{raw!r} stands where a schema should; taken as its type")
            raw = {"type": raw}
        if not isinstance(raw, Mapping):
            self._warn("something else than an object stands where a schema should; ignored")
            return True
        result: dict[str, Any] = {}
        if "$ref" in raw:
            result.update(self._reference(raw["$ref"]))
            if not self._context.siblings_count:
                raw = {k: v for k, v in raw.items() if k in ANNOTATIONS or "nullable" in k}
        self._types(raw, result)
        self._bounds(raw, result)
        for keyword, value in raw.items():
            self._keyword(keyword, value, result)
        self._objects(raw, result)
        self._arrays(raw, result)
        if "discriminator" in raw:
            self._discriminator(raw, result)
        fit_enum(result)
        for contradiction in contradictions(result):
            self._warn(contradiction)
        if as_flag(raw.get("nullable")) or as_flag(raw.get("x-nullable")):
            return nullable(result)
        return result

    def _warn(self, message: str) -> None:
        place = f"{'.'.join(self._names)[-80:]}: " if self._names else ""
        self._context.warn(self._where, place + message)

    def _reference(self, reference: object) -> dict[str, Any]:
        try:
            return {"$ref": f"#/$defs/{self._leveller.define(reference, self._root)}"}
        except UnresolvedError as error:
            self._warn(f"{error}; any value is taken as valid")
            return {}

    def _keyword(self, keyword: str, value: Any, result: dict[str, Any]) -> None:
        if keyword in PLAIN_KEYWORDS:
            if keyword in ("minimum", "maximum"):
                return
            try:
                levelled = PLAIN_KEYWORDS[keyword](value)
            except WrongValueError as error:
                if value is not None:
                    self._warn(f"{keyword} {error}; ignored")
            else:
                # A format that a misspelt type implies is the more telling one.
                result.setdefault(keyword, levelled)
        elif keyword in _SINGLE:
            if isinstance(value, Mapping | bool):
                result[keyword] = self.schema(value)
            elif value is not None:
                self._warn(f"{keyword} is no schema; ignored")
        elif keyword in _LISTS:
            self._list(keyword, value, result)
        elif keyword not in _SILENT and not keyword.startswith("x-"):
            self._warn(f"{keyword!r} is no keyword of a schema; ignored")

    def _list(self, keyword: str, value: Any, result: dict[str, Any]) -> None:
        branches = [value] if isinstance(value, Mapping) else value
        if not isinstance(branches, list):
            self._warn(f"{keyword} is no list of schemas; ignored")
            return
        schemas = [self.schema(branch) for branch in branches if isinstance(branch, Mapping | bool)]
        if len(schemas) < len(branches):
            self._warn(f"{keyword} lists what is no schema; ignored")
        if schemas:
            result[keyword] = schemas

    def _types(self, raw: Mapping[str, Any], result: dict[str, Any]) -> None:
        declared = raw.get("type")
        if declared is None:
            return
        types: list[str] = []
        for name in declared if isinstance(declared, list) else [declared]:
            if name is None:  # `null` without quotes
                types.append("null")
                continue
            if isinstance(name, Mapping):
                self._warn("type is an object; ignored")
                continue
            known = level_type(name) if isinstance(name, str) else None
            if known is None:
                if name != "any":
                    self._warn(f"type {str(name)[:40]!r} is unknown; any type is taken as valid")
                return
            types.append(known[0])
            if known[1]:
                result["format"] = known[1]
            if known[0] != name and name != "file":
                self._warn(f"type {name!r} is taken as {known[0]!r}")
        types = list(dict.fromkeys(types))
        if types:
            result["type"] = types if len(types) > 1 else types[0]

    def _bounds(self, raw: Mapping[str, Any], result: dict[str, Any]) -> None:
        for side, twin in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
            given = {k: raw[k] for k in (side, twin) if raw.get(k) is not None}
            while given:
                try:
                    result.update(level_exclusive(given, side))
                    break
                except WrongValueError as error:
                    # The side alone is tried before all is given up.
                    wrong = twin if twin in given else side
                    self._warn(f"{wrong} {error}; ignored")
                    given.pop(wrong)

    def _objects(self, raw: Mapping[str, Any], result: dict[str, Any]) -> None:
        required = raw.get("required")
        names = [n for n in required if isinstance(n, str)] if isinstance(required, list) else []
        if isinstance(required, list) and len(names) < len(required):
            self._warn("required lists what is no name; ignored")
        elif not isinstance(required, list | bool | None) and as_flag(required) is None:
            self._warn("required is no list of names; ignored")
        properties = self._members("properties", raw, result, lambda name: name)
        for name, member in properties.items():
            if isinstance(member, Mapping) and as_flag(member.get("required")):
                names.append(name)  # `required: true` on the property itself
        if names:
            result["required"] = list(dict.fromkeys(names))
        self._members("patternProperties", raw, result, level_pattern)
        self._members("dependentSchemas", raw, result, lambda name: name)
        for name, value in as_map(raw.get("dependencies")).items():
            if isinstance(value, list):
                wanted = [n for n in value if isinstance(n, str)]
                result.setdefault("dependentRequired", {})[name] = wanted
            else:
                result.setdefault("dependentSchemas", {})[name] = self.schema(value)

    def _members(
        self,
        keyword: str,
        raw: Mapping[str, Any],
        result: dict[str, Any],
        level_name: Callable[[str], str | None],
    ) -> Mapping[str, Any]:
        members = raw.get(keyword)
        if isinstance(members, Mapping) and isinstance(members.get("$ref"), str):
            members = self._context.follow(members, self._where)
        if members is None:
            return {}
        if not isinstance(members, Mapping):
            self._warn(f"{keyword} is no object; ignored")
            return {}
        schemas = {}
        for name, member in members.items():
            levelled = level_name(name)
            if levelled is None:
                self._warn(f"{keyword} names {name!r}, which is no regular expression; ignored")
            else:
                self._names.append(name)
                schemas[levelled] = self.schema(member)
                self._names.pop()
        result[keyword] = schemas
        return members

    def _arrays(self, raw: Mapping[str, Any], result: dict[str, Any]) -> None:
        items, first = raw.get("items"), raw.get("prefixItems")
        if isinstance(items, list) and not isinstance(first, list):
            if len(items) == 1:
                items = items[0]  # nearly always a slip for the schema of all items
            else:
                first, items = items, raw.get("additionalItems")
        if isinstance(first, list) and first:
            result["prefixItems"] = [self.schema(item) for item in first]
        if items is not None and not isinstance(items, list):
            result["items"] = self.schema(items)

    def _discriminator(self, raw: Mapping[str, Any], result: dict[str, Any]) -> None:
        """The discriminator with a mapping to definitions for every branch that is a reference."""
        declared = raw["discriminator"]
        if isinstance(declared, str):  # Swagger 2.0
            declared = {"propertyName": declared}
        name = as_map(declared).get("propertyName")
        if not isinstance(name, str) or not name:
            self._warn("discriminator names no property; ignored")
            return
        mapping: dict[str, str] = {}
        for value, target in as_map(as_map(declared).get("mapping")).items():
            text = component_reference(target) if isinstance(target, str) else target
            found = self._reference(text)
            if found:
                mapping[value] = found["$ref"]
        mapped = set(mapping.values())
        for keyword in ("oneOf", "anyOf"):
            branches = raw.get(keyword)
            for branch in branches if isinstance(branches, list) else ():
                reference = as_map(branch).get("$ref")
                found = self._reference(reference) if isinstance(reference, str) else {}
                if found and found["$ref"] not in mapped:
                    mapping.setdefault(_implied_value(str(reference)), found["$ref"])
        result["discriminator"] = {
            "propertyName": name,
            **({"mapping": mapping} if mapping else {}),
        }


def _implied_value(reference: str) -> str:
    """The value of a discriminator that stands for a schema without being mapped: its name."""
    last = reference.rpartition("/")[2]
    return PurePath(last).stem if last.lower().endswith(DOCUMENT_SUFFIXES) else last
