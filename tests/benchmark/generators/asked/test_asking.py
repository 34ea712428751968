"""What is asked of each operation: weights, and values that are sent as they are."""

from __future__ import annotations

from typing import Any

import pytest

from benchmark.asked_endpoints import read_endpoints
from benchmark.errors import UsageError
from benchmark.generators.asked import (
    Asked,
    asked_operations,
    document_of,
    laid_over,
    split_documented,
)
from benchmark.generators.asked.given_values import sends_given, with_given
from benchmark.generators.dependency_analyzer import analyze_dependencies
from benchmark.generators.openapi_parser import parse_document
from benchmark.generators.parameter_generator import ParameterGenerator
from benchmark.generators.scenario_planner import RecipeWriter
from benchmark.models import (
    ApiDocument,
    ApiSpec,
    ArrayNode,
    Constant,
    Created,
    ObjectNode,
    Pooled,
    Recipe,
    Slot,
)

BASE = "http://127.0.0.1:8000"

USER = {
    "type": "object",
    "required": ["name", "email"],
    "properties": {
        "name": {"type": "string"},
        "email": {"type": "string", "format": "email"},
        "born": {"type": "string", "format": "date"},
    },
}

SPEC = {
    "openapi": "3.1.0",
    "info": {"title": "A", "version": "1"},
    "paths": {
        "/users": {
            "get": {
                "parameters": [
                    {"name": "limit", "in": "query", "schema": {"type": "integer"}},
                    {
                        "name": "box",
                        "in": "query",
                        "style": "deepObject",
                        "schema": {"type": "object"},
                    },
                    {"name": "X-Tenant", "in": "header", "schema": {"type": "string"}},
                ],
                "responses": {"200": {"description": "all"}},
            },
            "post": {
                "requestBody": {"content": {"application/json": {"schema": USER}}},
                "responses": {
                    "201": {
                        "description": "made",
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "properties": {"id": {"type": "integer"}},
                                }
                            }
                        },
                    }
                },
            },
        },
        "/users/{id}": {
            "get": {
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
                ],
                "responses": {"200": {"description": "one"}},
            }
        },
    },
}


@pytest.fixture(scope="module")
def spec() -> ApiSpec:
    """An application with users."""
    return parse_document(ApiDocument("main", "", "test", SPEC))


def asked_of(spec: ApiSpec, *written: Any) -> Asked:
    """What is asked of it."""
    return Asked(asked_operations(read_endpoints(list(written)), [spec], BASE))


def recipe_of(spec: ApiSpec, asked: Asked, key: str) -> Recipe:
    """The recipe of an operation with given values."""
    (laid,) = laid_over([spec], asked)
    operation = next(op for op in laid.operations if op.key == key)
    writer = RecipeWriter(ParameterGenerator(1, laid.definitions), laid.definitions)
    return with_given(writer.write(operation, {}), operation, asked.operations[key])


def test_weights_of_the_same_endpoint_add_up(spec: ApiSpec) -> None:
    """However it was written."""
    asked = asked_of(spec, "GET /users 1", "GET /users/7 1", "GET /users 2")
    assert {key: each.weight for key, each in asked.operations.items()} == {
        "GET /users": 3,
        "GET /users/{id}": 1,
    }


def test_values_are_found_by_their_names(spec: ApiSpec) -> None:
    """Where the document says, a header in any case; what it does not know is sent in the query."""
    given = {"limit": 5, "x-tenant": "one", "other": "z", "left": None}
    asked = asked_of(spec, {"path": "/users", "parameters": given})
    assert asked.operations["GET /users"].values == {
        ("query", "limit"): (5,),
        ("header", "X-Tenant"): ("one",),
        ("query", "other"): ("z",),
    }


def test_given_values_are_sent_as_they_are(spec: ApiSpec) -> None:
    """In the styles of the document; the rest of the request is made as ever."""
    given = {"limit": 5, "box": {"a": 1, "b": [2]}, "header": "h"}
    asked = asked_of(spec, {"path": "/users", "parameters": given})
    slots = {
        (s.location, s.pointer): s.source for s in recipe_of(spec, asked, "GET /users").slots()
    }
    assert slots["query", "/limit"] == Constant("5")
    assert slots["query", "/box[a]"] == Constant("1")
    assert slots["query", "/header"] == Constant("h")


def test_a_given_body_is_not_made_unique_or_dated(spec: ApiSpec) -> None:
    """Not even a create's: exactly that is sent, whatever the schema would say of it."""
    body = {"email": "ada@example.org", "born": "2099-01-01", "more": {"x": [1, None]}}
    asked = asked_of(spec, {"method": "POST", "path": "/users", "body": body})
    recipe = recipe_of(spec, asked, "POST /users")
    assert recipe.media_type == "application/json"
    assert recipe.body == ObjectNode(
        (
            ("email", Constant("ada@example.org")),
            ("born", Constant("2099-01-01")),
            ("more", ObjectNode((("x", ArrayNode((Constant(1), Constant(None)))),))),
        )
    )
    assert recipe.doubts == ()


def test_the_probe_tries_given_values_too(spec: ApiSpec) -> None:
    """The document that it reads allows no others, and nothing that was made takes their place."""
    body = {"email": "ada@example.org", "born": "2099-01-01"}
    asked = asked_of(spec, "GET /users/7", {"method": "POST", "path": "/users", "body": body})
    (laid,) = laid_over([spec], asked)
    assert not analyze_dependencies([laid]).links
    assert analyze_dependencies([spec]).links
    writer = RecipeWriter(ParameterGenerator(1, laid.definitions), laid.definitions)
    for operation in laid.operations:
        if operation.key in asked.operations:
            recipe = writer.write(operation, {})
            assert sends_given(recipe, operation, asked.operations[operation.key])


def test_several_values_of_one_endpoint_come_as_often_as_they_weigh(spec: ApiSpec) -> None:
    """7 twice for each 8, and the n-th values of a request belong together."""
    asked = asked_of(
        spec,
        {"path": "/users/7", "weight": 2, "parameters": {"full": "yes"}},
        {"path": "/users/8", "weight": 1, "parameters": {"full": "no"}},
        "GET /users 3",
    )
    assert asked.operations["GET /users/{id}"].weight == 1
    recipe = recipe_of(spec, asked, "GET /users/{id}")
    assert {s.pointer: s.source for s in recipe.slots()} == {
        "/id": Pooled(("7", "7", "8")),
        "/full": Pooled(("yes", "yes", "no")),
    }


def test_pools_beside_given_values_get_their_length(spec: ApiSpec) -> None:
    """A plan's pools of one recipe are of one length."""
    asked = asked_of(
        spec,
        *({"method": "POST", "path": "/users", "body": {"n": n}} for n in range(3)),
    )
    (laid,) = laid_over([spec], asked)
    operation = next(op for op in laid.operations if op.key == "POST /users")
    other = Recipe((Slot("query", "/q", Pooled(("a", "b"))),))
    recipe = with_given(other, operation, asked.operations["POST /users"])
    assert [s.source for s in recipe.slots()] == [
        Pooled(("a", "b", "a", "b", "a", "b")),
        Pooled((0, 1, 2, 0, 1, 2)),
    ]


def test_other_values_than_the_given_ones_are_noticed(spec: ApiSpec) -> None:
    """A recipe that the probe changed does not count as proof of what was asked for."""
    asked = asked_of(spec, "GET /users/7").operations["GET /users/{id}"]
    (laid,) = laid_over([spec], Asked({"GET /users/{id}": asked}))
    operation = next(op for op in laid.operations if op.key == "GET /users/{id}")

    def recipe(source: Any) -> Recipe:
        return Recipe((Slot("path", "/id", source),))

    assert sends_given(recipe(Constant("7")), operation, asked)
    assert not sends_given(recipe(Constant("8")), operation, asked)
    assert not sends_given(recipe(Created("user", "/id")), operation, asked)
    assert not sends_given(Recipe(), operation, asked)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (["GET /users/7", "GET /users/{id}"], "different parameters"),
        (["GET /users", {"path": "/users", "body": {}}], "different parameters"),
        ([{"path": "/users", "parameters": {"path": {"id": 7}}}], "no parameter 'id'"),
        ([{"path": "/users/{id}", "parameters": {"id": ".."}}], "cannot be '..'"),
        ([{"path": "/users", "parameters": {"header": {"Host": "x"}}}], "cannot be sent"),
        ([{"path": "/users", "parameters": {"header": {"a b": "x"}}}], "cannot be sent"),
        ([{"path": "/users", "parameters": {"header": {"A": "x\r\nB: y"}}}], "this value"),
        ([{"path": "/users", "parameters": {"header": {"Authorization": "x"}}}], "a secret"),
        ([{"path": f"/users/{n}"} for n in range(101)], "different values"),
    ],
)
def test_what_cannot_be_sent_is_refused(spec: ApiSpec, written: list[Any], said: str) -> None:
    """With the endpoint, what is wrong with it, and what to do."""
    with pytest.raises(UsageError, match=said) as refusal:
        asked_of(spec, *written)
    assert refusal.value.message.startswith("endpoints: ")
    assert refusal.value.hint


def test_no_value_appears_in_a_message_where_it_may_be_secret(spec: ApiSpec) -> None:
    """The header is named, and not what it holds."""
    given = {"header": {"Authorization": "Bearer hunter2"}}
    with pytest.raises(UsageError) as refusal:
        asked_of(spec, {"path": "/users", "parameters": given})
    assert "hunter2" not in str(refusal.value)


def test_what_no_document_describes_gets_one(spec: ApiSpec) -> None:
    """Of the same shape as others, below the base URL; the rest is found in documents."""
    endpoints = read_endpoints(["GET /users", "GET /other/{id}", "POST /other/{id}", "GET /a?b=c"])
    known, unknown = split_documented(endpoints, [spec], BASE)
    assert [each.path for each in known] == ["/users"]
    document = document_of(unknown, f"{BASE}/api", ["asked"])
    assert (document.name, document.prefix) == ("asked-2", "/api")
    described = parse_document(document)
    assert [op.key for op in described.operations] == [
        "GET /api/other/{id}",
        "POST /api/other/{id}",
        "GET /api/a",
    ]
    asked = asked_operations(unknown, [described], f"{BASE}/api")
    assert asked["GET /api/a"].values == {("query", "b"): ("c",)}
