"""Operations and schemas that stand in other documents than the one that is parsed."""

from __future__ import annotations

from typing import Any

from benchmark.generators.openapi_parser import ParserLimits, parse_document
from benchmark.models import ApiDocument, ApiSpec

OK = {"responses": {"200": {"description": "ok"}}}


def parse(
    paths: dict[str, Any],
    related: dict[str, Any],
    schemas: dict[str, Any] | None = None,
    limits: ParserLimits | None = None,
) -> ApiSpec:
    """The API of a document with these related ones."""
    spec = {"openapi": "3.1.0", "paths": paths, "components": {"schemas": schemas or {}}}
    document = ApiDocument("main", "", "dir/api.yaml", spec, related=related)
    return parse_document(document, limits or ParserLimits())


def body(schema: Any) -> dict[str, Any]:
    """A path item with a POST that has this schema."""
    content = {"application/json": {"schema": schema}}
    return {"post": {"requestBody": {"content": content}, **OK}}


def test_schemas_elsewhere_become_definitions_with_readable_names() -> None:
    """A file is named by its name, a part of it by its own; the same names are told apart."""
    related = {
        "schemas/Pet.yaml": {"properties": {"owner": {"$ref": "all.json#/Owner"}}},
        "all.json": {"Owner": {"properties": {"pet": {"$ref": "old/Pet.yaml"}}}},
        "old/Pet.yaml": {"properties": {"next": {"$ref": "schemas/Pet.yaml#"}}},
        "paths.yaml": {"a": {"items": [{"type": "integer"}]}},
    }
    spec = parse(
        {
            "/a": body({"$ref": "schemas/Pet.yaml"}),
            "/b": body({"$ref": "paths.yaml#/a/items/0"}),
            "/c": body({"$ref": "./schemas/Pet.yaml"}),
        },
        related,
    )
    assert set(spec.definitions) == {"Pet", "Owner", "Pet_2", "paths_a_items_0"}
    assert spec.definitions["Owner"] == {"properties": {"pet": {"$ref": "#/$defs/Pet_2"}}}
    assert spec.definitions["Pet_2"] == {"properties": {"next": {"$ref": "#/$defs/Pet"}}}
    assert not spec.warnings


def test_a_component_that_stands_for_a_file_is_that_file() -> None:
    """The alias and the file are one definition, in whatever order they are met."""
    related = {"schemas/pet-v2.yaml": {"type": "object"}}
    alias = {"Pet": {"$ref": "schemas/pet-v2.yaml"}}
    paths = {
        "/a": body({"$ref": "#/components/schemas/Pet"}),
        "/b": body({"$ref": "schemas/pet-v2.yaml"}),
    }
    for ordered in (paths, dict(reversed(paths.items()))):
        spec = parse(ordered, related, alias)
        assert spec.definitions == {"Pet": {"type": "object"}}


def test_lists_maps_and_operations_may_stand_elsewhere() -> None:
    """References are followed wherever people put them, also where the specification has none."""
    related = {
        "p.yaml": {
            "paging": [{"name": "page", "in": "query"}, {"$ref": "p.yaml#/size"}],
            "size": {"name": "size", "in": "query"},
            "get": {"parameters": [{"$ref": "p.yaml#/paging"}], "responses": {"$ref": "r.yaml"}},
            "fields": {"name": {"type": "string"}},
            "content": {"application/json": {"schema": {"properties": {"$ref": "p.yaml#/fields"}}}},
        },
        "r.yaml": {"200": {"description": "found"}, "404": {"description": "not found"}},
        "all.yaml": {
            "/a": {"get": {"$ref": "p.yaml#/get"}},
            "/b": {
                "parameters": {"$ref": "p.yaml#/paging"},
                "post": {"requestBody": {"content": {"$ref": "p.yaml#/content"}}, **OK},
            },
        },
    }
    document = {"openapi": "3.0.3", "paths": {"$ref": "all.yaml"}, "info": {"title": "T"}}
    spec = parse_document(ApiDocument("main", "", "api.yaml", document, related=related))
    first, second = spec.operations
    assert [p.name for p in first.parameters] == ["page", "size"]
    assert [response.status for response in first.responses] == ["200", "404"]
    assert [p.name for p in second.parameters] == ["page", "size"]
    assert second.body is not None
    assert second.body.media_types[0].schema == {"properties": {"name": {"type": "string"}}}
    assert not spec.warnings


def test_discriminators_lead_to_files_and_names() -> None:
    """A mapping may name a schema or a file; an unmapped branch in a file has the file's name."""
    related = {"Dog.yaml": {"title": "dog"}, "Cat.yaml": {"title": "cat"}}
    pet = {
        "oneOf": [
            {"$ref": "Dog.yaml"},
            {"$ref": "Cat.yaml"},
            {"$ref": "#/components/schemas/Cow"},
        ],
        "discriminator": {"propertyName": "kind", "mapping": {"d": "Dog.yaml", "c": "Cow"}},
    }
    spec = parse({"/a": body(pet)}, related, {"Cow": {"title": "cow"}})
    assert spec.operations[0].body is not None
    schema = spec.operations[0].body.media_types[0].schema
    assert isinstance(schema, dict)
    assert schema["discriminator"]["mapping"] == {
        "d": "#/$defs/Dog",
        "c": "#/$defs/Cow",
        "Cat": "#/$defs/Cat",
    }


def test_what_is_not_there_costs_itself_alone() -> None:
    """A lost path item is skipped, a lost schema allows anything; each is said once."""
    spec = parse(
        {
            "/a": {"$ref": "gone.yaml"},
            "/b": body({"properties": {"x": {"$ref": "gone.yaml#/x"}, "y": {"$ref": "gone.yaml"}}}),
            "/c": {"get": {"$ref": "gone.yaml#/get"}},
            "/d": {"post": {"requestBody": {"$ref": "gone.yaml#/body"}, **OK}},
        },
        {},
    )
    assert [operation.key for operation in spec.operations] == ["POST /b", "GET /c"]
    assert [skip.key for skip in spec.skipped] == ["* /a", "POST /d"]
    places = [note.where for note in spec.warnings]
    assert places == ["/a", "POST /b", "POST /b", "GET /c", "GET /c", "POST /d"]


def test_schemas_are_counted_and_the_rest_is_left() -> None:
    """What would multiply is cut off with one warning, and the operations stay."""
    deep: dict[str, Any] = {"type": "object"}
    for _ in range(60):
        deep = {"properties": {"a": deep, "b": deep}}
    paths = {f"/{n}": body(deep) for n in range(5)}
    spec = parse(paths, {}, limits=ParserLimits(max_schemas=10_000))
    assert len(spec.operations) == 5
    (warning,) = spec.warnings
    assert "max_schemas" in warning.message


def test_many_media_types_are_cut_off_with_a_warning() -> None:
    """The first ones are read."""
    content = {f"application/x-{n}": {} for n in range(30)}
    spec = parse({"/a": {"post": {"requestBody": {"content": content}, **OK}}}, {})
    assert spec.operations[0].body is not None
    assert len(spec.operations[0].body.media_types) == 20
    assert "only 20 of 30" in spec.warnings[0].message
