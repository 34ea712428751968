"""Generated values of generated schemas: whatever can be satisfied, is."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmark.generators.parameter_generator import ParameterGenerator

NAMES = st.sampled_from(
    "id name email userId password confirm_password start_date end_date min_price max_price limit "
    "page url created_at country tags description latitude phone status x y_1 color version".split()
)
PATTERNS = (
    r"^[a-z]{2,5}$",
    r"^\d+$",
    r"^[A-Z][a-z]*(-[A-Z][a-z]*)*$",
    r"^(a|bc|def)+$",
    r"^\w{3}\.\w{3}$",
    r"^(?=.*\d)[a-z0-9]{6,9}$",
    r"[0-9]{3}",
    r"^.+@.+$",
    r"^\+?[0-9 ]{5,15}$",
    r"^[^/ ]+$",
)
FORMATS = (
    "date-time date time duration email hostname ipv4 ipv6 uri uri-reference uuid json-pointer "
    "regex int32 double byte unknown"
).split()
KINDS = {
    "integer": {"type": "integer"},
    "string": {"type": "string"},
    "boolean": {"type": "boolean"},
    "array": {"type": "array"},
    "object": {"type": "object"},
    "null": {"type": "null"},
}
DEFINITIONS: dict[str, Any] = {
    "Tree": {
        "type": "object",
        "required": ["id", "children"],
        "properties": {
            "id": {"type": "integer"},
            "children": {"type": "array", "items": {"$ref": "#/$defs/Tree"}},
            "parent": {"anyOf": [{"$ref": "#/$defs/Tree"}, {"type": "null"}]},
        },
    },
    "Code": {"type": "string", "pattern": "^[A-Z]{3}$"},
}


@st.composite
def integers(draw: st.DrawFn) -> dict[str, Any]:
    """An integer schema with at least one value."""
    low = draw(st.integers(-1_000, 1_000))
    step = draw(st.sampled_from([1, 1, 2, 5, 7, 10, 0.5, 1.5]))
    room = int(step * 2) + 2
    schema: dict[str, Any] = {"type": "integer"}
    if step != 1:
        schema["multipleOf"] = step
    if draw(st.booleans()):
        schema[draw(st.sampled_from(["minimum", "exclusiveMinimum"]))] = low
    if draw(st.booleans()):
        high = low + room + draw(st.integers(0, 200))
        schema[draw(st.sampled_from(["maximum", "exclusiveMaximum"]))] = high
    if draw(st.booleans()):
        schema["format"] = draw(st.sampled_from(["int32", "int64"]))
    return schema


@st.composite
def numbers(draw: st.DrawFn) -> dict[str, Any]:
    """A number schema with at least one value."""
    low = draw(st.floats(-1_000, 1_000, allow_nan=False).map(lambda value: round(value, 3)))
    schema: dict[str, Any] = {"type": "number"}
    step = draw(st.sampled_from([None, None, 0.01, 0.25, 0.1, 3, 2.5]))
    if step is not None:
        schema["multipleOf"] = step
    if draw(st.booleans()):
        schema[draw(st.sampled_from(["minimum", "exclusiveMinimum"]))] = low
    if draw(st.booleans()):
        width = (step or 0) * 2 + draw(st.sampled_from([0.002, 0.5, 1, 100]))
        schema[draw(st.sampled_from(["maximum", "exclusiveMaximum"]))] = low + width
    return schema


@st.composite
def strings(draw: st.DrawFn) -> dict[str, Any]:
    """A string schema with at least one value."""
    form = draw(st.sampled_from(["length", "pattern", "format", "plain", "documented"]))
    if form == "pattern":
        return {"type": "string", "pattern": draw(st.sampled_from(PATTERNS))}
    if form == "format":
        return {"type": "string", "format": draw(st.sampled_from(FORMATS))}
    if form == "documented":
        keyword = draw(st.sampled_from(["example", "default"]))
        return {"type": "string", "maxLength": 5, keyword: draw(st.text(max_size=8))}
    schema: dict[str, Any] = {"type": "string"}
    if form == "length":
        least = draw(st.integers(0, 50))
        if draw(st.booleans()):
            schema["minLength"] = least
        if draw(st.booleans()):
            schema["maxLength"] = least + draw(st.integers(0, 20))
    return schema


def scalars() -> st.SearchStrategy[Any]:
    """Schemas of single values."""
    constants = st.sampled_from([None, True, 0, 1, "a", "b", 2.5])
    return st.one_of(
        integers(),
        numbers(),
        strings(),
        st.just({"type": "boolean"}),
        st.lists(constants, min_size=1, max_size=4).map(lambda values: {"enum": values}),
        constants.map(lambda value: {"const": value}),
        st.sampled_from([{}, True, {"$ref": "#/$defs/Code"}, {"$ref": "#/$defs/Tree"}]),
        strings().map(lambda schema: {**schema, "type": ["string", "null"]}),
    )


@st.composite
def objects(draw: st.DrawFn, children: st.SearchStrategy[Any]) -> dict[str, Any]:
    """An object schema with at least one value."""
    properties = draw(st.dictionaries(NAMES, children, max_size=5))
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    names = sorted(properties)
    if names:
        schema["required"] = draw(st.lists(st.sampled_from(names), unique=True))
        if draw(st.booleans()):
            schema["dependentRequired"] = {draw(st.sampled_from(names)): [names[0]]}
    extra = draw(st.sampled_from(["open", "closed", "typed", "patterned", "named"]))
    if extra == "closed":
        schema["additionalProperties"] = False
    elif extra == "typed":
        schema["additionalProperties"] = draw(children)
        schema["minProperties"] = len(properties) + draw(st.integers(0, 2))
    elif extra == "patterned":
        schema["patternProperties"] = {"^z_": draw(children)}
        schema["minProperties"] = draw(st.integers(0, len(properties) + 1))
    elif extra == "named":
        schema["propertyNames"] = {"maxLength": 20}
        schema["maxProperties"] = len(properties)
    return schema


@st.composite
def arrays(draw: st.DrawFn, children: st.SearchStrategy[Any]) -> dict[str, Any]:
    """An array schema with at least one value."""
    form = draw(st.sampled_from(["items", "prefix", "unique", "contains"]))
    schema: dict[str, Any] = {"type": "array"}
    least = draw(st.integers(0, 3))
    if form == "unique":
        distinct = st.sampled_from(
            [{"type": "integer"}, {"type": "string"}, {"enum": ["a", "b", "c"]}, {}]
        )
        schema |= {"items": draw(distinct), "uniqueItems": True}
    elif form == "contains":
        return {"type": "array", "contains": draw(children), "minContains": least}
    elif form == "prefix":
        schema |= {"prefixItems": draw(st.lists(children, min_size=1, max_size=3))}
        schema["items"] = draw(children)
    else:
        schema["items"] = draw(children)
    schema["minItems"] = least
    if draw(st.booleans()):
        schema["maxItems"] = least + draw(st.integers(0, 2))
    return schema


@st.composite
def compositions(draw: st.DrawFn, children: st.SearchStrategy[Any]) -> dict[str, Any]:
    """allOf, oneOf, anyOf, not, if: each with at least one value."""
    form = draw(st.sampled_from(["allOf", "oneOf", "kinds", "anyOf", "not", "if"]))
    if form == "allOf":
        first = draw(children)
        second = draw(children)
        return {
            "allOf": [
                {"type": "object", "properties": {"first": first}, "required": ["first"]},
                {"properties": {"second": second, "first": {}}, "required": ["second"]},
            ]
        }
    if form == "oneOf":
        names = draw(st.lists(NAMES, min_size=2, max_size=3, unique=True))
        return {
            "oneOf": [
                {
                    "type": "object",
                    "required": ["kind"],
                    "properties": {"kind": {"const": name}, name: draw(children)},
                }
                for name in names
            ]
        }
    if form == "kinds":
        kinds = draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=2, max_size=4, unique=True))
        return {"oneOf": [KINDS[kind] for kind in kinds]}
    if form == "anyOf":
        return {"anyOf": draw(st.lists(children, min_size=1, max_size=3))}
    if form == "not":
        forbidden = draw(
            st.sampled_from([{"const": 1}, {"enum": ["a", "id"]}, {"required": ["x"]}])
        )
        return {"type": "object", "properties": {"x": draw(children)}, "not": forbidden}
    return {
        "type": "object",
        "properties": {"kind": {"enum": ["a", "b"]}, "payload": draw(children)},
        "required": ["kind"],
        "if": {"properties": {"kind": {"const": draw(st.sampled_from("ab"))}}},
        "then": {"required": ["payload"]},
        "else": {"properties": {"kind": {"type": "string"}}},
    }


SCHEMAS = st.recursive(
    scalars(),
    lambda children: st.one_of(objects(children), arrays(children), compositions(children)),
    max_leaves=12,
)


@settings(max_examples=200, suppress_health_check=list(HealthCheck))
@given(schema=SCHEMAS, name=NAMES, seed=st.integers(0, 5))
def test_every_value_of_a_satisfiable_schema_is_valid(schema: Any, name: str, seed: int) -> None:
    """Single values and samples of all levels satisfy the schema, by an independent validator."""
    validator = jsonschema_rs.Draft202012Validator(
        {"allOf": [schema], "$defs": DEFINITIONS}, validate_formats=True
    )
    generator = ParameterGenerator(seed, DEFINITIONS)
    values = [
        generator.generate_for_schema(schema, name, "minimal"),
        generator.generate_for_schema(schema, name, "typical"),
        generator.generate_for_schema(schema, "", "full"),
        *generator.samples(schema, 4, name),
    ]
    for value in values:
        assert validator.is_valid(value), f"{value!r} of {schema!r}"
        assert generator.is_valid(value, schema)
