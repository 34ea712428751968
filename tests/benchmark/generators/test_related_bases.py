"""From where the references of related documents count: redirects and `$self`, on real servers."""

from __future__ import annotations

from typing import Any

import pytest

from benchmark.generators.openapi_parser import parse_document
from benchmark.generators.subapp_discovery import discover_from_specs
from benchmark.models import ApiSpec, Discovery, Target
from tests.benchmark.generators.loopback_server import Answer, Loopback, openapi, serve

TAG = {"Tag": {"type": "string", "maxLength": 7}}


def described(pet: str, **more: Any) -> dict[str, Any]:
    """A document whose only schema stands elsewhere."""
    content = {"application/json": {"schema": {"$ref": pet}}}
    operation = {"requestBody": {"content": content}, "responses": {"200": {"description": "ok"}}}
    return {**openapi(), "paths": {"/pets": {"post": operation}}, **more}


def moved(location: str) -> Answer:
    """A redirect."""
    return Answer("", 302, {"Location": location})


def found(server: Loopback, path: str = "/api/openapi.json") -> tuple[Discovery, ApiSpec]:
    """What is discovered at a path of the server, and its API."""
    discovery = discover_from_specs(Target(server.url), [server.url + path])
    return discovery, parse_document(discovery.documents[0])


def said_of_references(discovery: Discovery) -> list[str]:
    """The notes on references that were not followed."""
    return [note.message for note in discovery.notes if "reference" in note.message]


def test_references_count_from_the_url_that_answered() -> None:
    """A part that was moved refers to what is beside its new place, not beside its old one."""
    pet = {"Pet": {"properties": {
        "tag": {"$ref": "tags.json#/Tag"}, "self": {"$ref": "pet.json#/Pet"},
        "also": {"$ref": "#/Pet"}, "main": {"$ref": "/api/openapi.json#/components/schemas/Own"},
    }}}  # fmt: skip
    routes = {
        "/api/openapi.json": described(
            "parts/pet.json#/Pet", components={"schemas": {"Own": {"type": "boolean"}}}
        ),
        "/api/parts/pet.json": moved("/moved"),
        "/moved": moved("files/v2/pet.json?x=1"),
        "/files/v2/pet.json": pet,
        "/files/v2/tags.json": TAG,
    }
    with serve(routes) as server:
        discovery, spec = found(server)
        assert "/api/parts/tags.json" not in server.paths()
    assert spec.definitions["Tag"] == {"type": "string", "maxLength": 7}
    assert spec.definitions["Own"] == {"type": "boolean"}
    assert isinstance(spec.definitions["Pet"], dict)
    members = spec.definitions["Pet"]["properties"]
    assert members["also"] == {"$ref": "#/$defs/Pet"}
    assert (spec.warnings, said_of_references(discovery)) == ((), [])


def test_a_redirect_to_another_site_is_not_followed() -> None:
    """Nor are the references of a part that is elsewhere; the rest is used."""
    with serve({"/pet.json": {"Pet": {}}}) as other:
        routes = {
            "/api/openapi.json": described("pet.json#/Pet"),
            "/api/pet.json": moved(f"{other.url}/pet.json"),
        }
        with serve(routes) as server:
            discovery, spec = found(server)
        assert other.asked == []
    assert any("another host" in note.message for note in discovery.notes)
    assert [operation.key for operation in spec.operations] == ["POST /api/pets"]


@pytest.mark.parametrize(
    ("own", "at"),
    [
        ("/specs/v1/openapi.json", "/specs/v1"),
        ("https://example.com/specs/openapi.json", "/api"),
    ],
)
def test_self_is_the_base_of_references_on_the_same_site(own: str, at: str) -> None:
    """A document that names another site is a copy, with copies of its parts beside it."""
    with serve({f"{at}/tags.json": TAG}) as server:
        server.routes["/api/openapi.json"] = described("tags.json#/Tag", **{"$self": own})
        discovery, spec = found(server)
    assert spec.definitions == {"Tag": {"type": "string", "maxLength": 7}}
    assert not spec.warnings
    assert said_of_references(discovery) == []


def test_names_are_not_asked_for() -> None:
    """What an `$id`, an anchor or `$self` names in the document itself is no other document."""
    own = "https://example.com/a/openapi.json"
    schemas = {
        "Pet": {"$id": "https://example.com/a/pet", "$anchor": "pet", "type": "object"},
        "A": {"$ref": "pet"}, "B": {"$ref": "#pet"}, "C": {"$ref": f"{own}#/components/schemas/A"},
        "D": {"$ref": "https://example.com/a/parts/tag.json#/Tag"},
    }  # fmt: skip
    document = described("#/components/schemas/D", components={"schemas": schemas})
    with serve({"/api/parts/tag.json": TAG}) as server:
        server.routes["/api/openapi.json"] = {**document, "$self": own}
        discovery, spec = found(server)
        assert server.paths() == ["/api/openapi.json", "/api/parts/tag.json"]
        assert said_of_references(discovery) == []
    assert spec.warnings == ()
    assert {"type": "string", "maxLength": 7} in spec.definitions.values()
