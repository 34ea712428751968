"""The service's own OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from backend.app import create_app
from benchmark import pipeline
from benchmark.settings import BenchmarkConfig
from tests.services import service_settings

_ROUTES = """
GET /health
GET /health/live
GET /metrics
POST /api/validate-target
POST /api/openapi-endpoints
POST /api/generate-sample-data
POST /api/test/start
GET /api/test/{test_id}/results
POST /api/test/{test_id}/stop
POST /api/stress-test/start
GET /api/stress-test/{test_id}/results
POST /api/stress-test/{test_id}/stop
GET /api/stress-test/{test_id}/events
GET /api/stress-test/{test_id}/artifacts/{name}
GET /api/test-results/filter
GET /api/test-results/{result_id}
GET /api/test-results/{result_id}/compare/{other_id}
GET /api/user/{email}/sessions
POST /api/sessions/configuration
GET /api/sessions
GET /api/sessions/{session_id}
PATCH /api/sessions/{session_id}
DELETE /api/sessions/{session_id}
GET /api/configurations/{configuration_id}
PATCH /api/configurations/{configuration_id}
DELETE /api/configurations/{configuration_id}
"""


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The document of a service without tokens."""
    return create_app(service_settings(tmp_path_factory.mktemp("document"))).openapi()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Method and path, and what the document says of them."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_every_route_is_documented(document: dict[str, Any]) -> None:
    """The routes are these; a new one is added here on purpose."""
    assert {key for key, _ in operations(document)} == set(_ROUTES.split("\n")[1:-1])


def test_operations_have_names_and_subjects(document: dict[str, Any]) -> None:
    """Each operation has an operationId of its own, a known tag, a summary and a description."""
    tags = {tag["name"] for tag in document["tags"]}
    names = [operation["operationId"] for _, operation in operations(document)]
    assert len(set(names)) == len(names)
    for key, operation in operations(document):
        assert set(operation["tags"]) <= tags, key
        assert operation["summary"], key
        assert operation["description"], key


def test_every_problem_is_documented(document: dict[str, Any]) -> None:
    """Each operation lists the problems that it can answer, as problem documents."""
    shared = document["components"]["responses"]
    for key, operation in operations(document):
        answers = operation["responses"]
        assert {"401", "403", "405", "422", "429", "500", "503"} <= set(answers), key
        if "{" in key and "{email}" not in key:
            assert "404" in answers, key
        if "requestBody" in operation:
            assert {"400", "413"} <= set(answers), key
        for status, answer in answers.items():
            if status >= "400":
                name = answer["$ref"].rpartition("/")[2]
                assert set(shared[name]["content"]) == {"application/problem+json"}, key


def test_examples_are_what_they_are_examples_of(document: dict[str, Any]) -> None:
    """Every example of a body, of a member and of a problem fits its schema."""
    checked = 0
    components = document["components"]
    wholes = list(components["schemas"].values())
    members = [each for whole in wholes for each in whole.get("properties", {}).values()]
    problems = [
        content["application/problem+json"]
        for content in (response["content"] for response in components["responses"].values())
    ]
    for schema in [*wholes, *members]:
        examples = schema.get("examples", [schema["example"]] if "example" in schema else [])
        for example in examples:
            jsonschema_rs.validator_for({**schema, "components": components}).validate(example)
            checked += 1
    for content in problems:
        whole = {**content["schema"], "components": components}
        jsonschema_rs.validator_for(whole).validate(content["example"])
    assert checked >= 70
    assert {content["example"]["status"] for content in problems} >= {401, 404, 422, 503}


def test_bodies_are_bounded(document: dict[str, Any]) -> None:
    """Every text, list and number of a request has a limit, and unknown members are refused."""
    schemas = document["components"]["schemas"]
    wanted = [
        operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        for _, operation in operations(document)
        if "requestBody" in operation
    ]
    seen: set[str] = set()

    def look(schema: Any, place: str) -> None:
        if isinstance(schema, list):
            for each in schema:
                look(each, place)
        if not isinstance(schema, dict):
            return
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            if name not in seen:
                seen.add(name)
                look(schemas[name], name)
            return
        kind = schema.get("type")
        if kind == "string" and not {"enum", "const", "pattern"} & set(schema):
            assert "maxLength" in schema, place
        if kind in {"integer", "number"}:
            assert "maximum" in schema, place
        if kind == "array":
            assert "maxItems" in schema, place
        if "properties" in schema and kind == "object":
            assert schema.get("additionalProperties") is False, place
        for name, part in schema.get("properties", {}).items():
            look(part, f"{place}.{name}")
        for word in ("items", "prefixItems", "anyOf", "additionalProperties"):
            rules = schema.get(word)
            # Alternatives of members ("one of these is needed") say nothing of values.
            if not (word == "anyOf" and "properties" in schema):
                look(rules, place)

    for reference in wanted:
        look({"$ref": reference}, "")
    assert len(seen) > 8


def test_the_suite_can_read_it(document: dict[str, Any], tmp_path: Path) -> None:
    """The program that this is finds every operation in it, and skips none."""
    found = pipeline.endpoints(BenchmarkConfig(host="http://localhost:1"), document)
    assert len(found["endpoints"]) == len(list(operations(document)))
    assert found["skipped"] == []


def test_with_tokens_the_document_asks_for_one(tmp_path: Path) -> None:
    """Clients made from the document know that they need a bearer token."""
    line = "a@example.com:admin:" + "0" * 64
    document = create_app(service_settings(tmp_path, tokens=(line,))).openapi()
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert document["paths"]["/api/sessions"]["get"]["security"] == [{"token": []}]
