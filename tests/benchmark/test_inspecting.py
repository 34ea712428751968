"""What an API has, without any load: whether it is usable, its endpoints, sample data."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmark import pipeline
from benchmark.errors import DocumentError, TargetError, UsageError
from benchmark.settings import BenchmarkConfig, load_config
from tests.conftest import Serve

SHOP = yaml.safe_load(Path("tests/data/shop.yaml").read_text(encoding="utf-8"))

UPLOAD = {
    "openapi": "3.1.0",
    "info": {"title": "Files", "version": "2"},
    "paths": {
        "/files/{kind}": {
            "post": {
                "parameters": [
                    {
                        "name": "kind",
                        "in": "path",
                        "required": True,
                        "schema": {"enum": ["text", "image"]},
                    },
                    {"name": "X-Trace", "in": "header", "schema": {"type": "string"}},
                    {
                        "name": "page",
                        "in": "query",
                        "required": True,
                        "schema": {"type": "integer", "minimum": 1, "maximum": 50},
                    },
                ],
                "requestBody": {
                    "required": True,
                    "content": {
                        "multipart/form-data": {
                            "schema": {
                                "type": "object",
                                "required": ["file", "title"],
                                "properties": {
                                    "file": {"type": "string", "format": "binary"},
                                    "title": {"type": "string", "minLength": 3},
                                },
                            }
                        }
                    },
                },
                "responses": {"200": {"description": "kept"}},
            }
        }
    },
}

AWAY = BenchmarkConfig(host="http://127.0.0.1:9")
"""A target that does not answer: with an inline document nothing is sent."""


def document(serve: Serve, spec: Mapping[str, Any]) -> BenchmarkConfig:
    """A target that shows a document."""
    pages = {
        "/openapi.json": ("application/json", json.dumps(spec).encode()),
        "/": ("text/plain", b"hello"),
    }
    return load_config({"host": serve(pages)}, None, {})


# ── validate_target ───────────────────────────────────────────────────────────────────────────────


def test_a_good_target_says_what_it_is(serve: Serve) -> None:
    """Reachable, with title, version and place of its document; as JSON too."""
    check = pipeline.validate_target(document(serve, UPLOAD))
    assert check.usable
    assert check.reachable
    assert check.status == 200
    assert check.milliseconds is not None
    (found,) = check.documents
    assert (found.title, found.version, found.openapi) == ("Files", "2", "3.1.0")
    assert found.openapi_url.endswith("/openapi.json")
    assert (found.operations, found.skipped) == (1, 0)
    assert json.loads(json.dumps(check.to_json()))["documents"][0]["title"] == "Files"
    assert check.to_json()["usable"] is True


def test_a_target_that_is_away_is_a_value_too() -> None:
    """Nothing is raised: the check says why not, and what to do."""
    check = pipeline.validate_target(AWAY)
    assert (check.reachable, check.usable, check.documents) == (False, False, ())
    assert "not reachable" in check.problem
    assert check.hint


@pytest.mark.parametrize(
    "spec", [{"openapi": "3.1.0"}, {"openapi": "3.1.0", "info": {}, "paths": {}}, None]
)
def test_a_target_without_a_usable_document_answers_all_the_same(serve: Serve, spec: Any) -> None:
    """It is reachable, and the problem is its document."""
    config = (
        document(serve, spec)
        if spec
        else load_config({"host": serve({"/": ("text/plain", b"hello")})}, None, {})
    )
    check = pipeline.validate_target(config)
    assert (check.reachable, check.usable) == (True, False)
    assert check.problem


# ── endpoints ─────────────────────────────────────────────────────────────────────────────────────


def test_every_endpoint_has_all_that_the_document_says(serve: Serve) -> None:
    """Method, path, application, parameters, body, security; JSON throughout."""
    found = json.loads(json.dumps(pipeline.endpoints(document(serve, UPLOAD))))
    (endpoint,) = found["endpoints"]
    assert (endpoint["method"], endpoint["path"]) == ("POST", "/files/{kind}")
    assert endpoint["application"] == found["applications"][0]["name"]
    assert [(p["name"], p["in"], p["required"]) for p in endpoint["parameters"]] == [
        ("kind", "path", True),
        ("X-Trace", "header", False),
        ("page", "query", True),
    ]
    assert endpoint["body"]["required"] is True
    assert endpoint["body"]["content"][0]["content_type"] == "multipart/form-data"
    assert endpoint["security"] == []


def test_a_document_may_be_given_as_a_value() -> None:
    """Nothing is sent; references of its schemas lead to the definitions beside them."""
    found = json.loads(json.dumps(pipeline.endpoints(AWAY, SHOP)))
    assert len(found["endpoints"]) > 3
    definitions = found["applications"][0]["definitions"]
    named = set(re.findall(r'"#/\$defs/([^"]+)"', json.dumps(found)))
    assert named
    assert named <= definitions.keys()


@pytest.mark.parametrize(
    "hostile",
    [
        {},
        {"openapi": "3.1.0"},
        {"openapi": "3.1.0", "info": 7, "paths": []},
        {"openapi": "3.1.0", "info": {}, "paths": {"/a": {"get": object()}}},
        {1: 2},
    ],
)
def test_a_value_that_is_no_document_is_refused(hostile: Any) -> None:
    """As a DocumentError, whatever it is."""
    with pytest.raises(DocumentError):
        pipeline.endpoints(AWAY, hostile)


def test_a_value_that_is_too_deep_is_refused() -> None:
    """Without a crash."""
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"a": deep}
    with pytest.raises(DocumentError):
        pipeline.endpoints(AWAY, {"openapi": "3.1.0", "paths": {"/a": {"get": {}}}, "x": deep})
    while deep:  # or its end would be as deep as it is
        deep = deep["a"]


# ── sample_data ───────────────────────────────────────────────────────────────────────────────────


def test_samples_are_valid_different_and_the_same_for_a_seed() -> None:
    """Required parameters and the body are always there; a file is described."""
    made = pipeline.sample_data(AWAY, "post", "/files/{kind}", 5, 1, UPLOAD)
    assert made == pipeline.sample_data(AWAY, "POST", "/files/{kind}", 5, 1, UPLOAD)
    assert made != pipeline.sample_data(AWAY, "POST", "/files/{kind}", 5, 2, UPLOAD)
    samples = json.loads(json.dumps(made))["samples"]
    assert len(samples) == 5
    assert all(sample["valid"] for sample in samples)
    assert {sample["parameters"]["path"]["kind"] for sample in samples} <= {"text", "image"}
    assert all(1 <= sample["parameters"]["query"]["page"] <= 50 for sample in samples)
    titles = {sample["body"]["title"] for sample in samples}
    assert len(titles) == 5
    assert samples[0]["body"]["file"]["size"] == 1024


def test_a_path_that_a_template_matches_gives_its_values() -> None:
    """They stand in each sample."""
    made = pipeline.sample_data(AWAY, "POST", "/files/text", 2, 1, UPLOAD)
    assert made["path"] == "/files/{kind}"
    kinds = [sample["parameters"]["path"]["kind"] for sample in made["samples"]]
    assert kinds == ["text", "text"]


def test_samples_of_every_endpoint_of_a_shop() -> None:
    """Of each operation, as many as asked for."""
    for endpoint in pipeline.endpoints(AWAY, SHOP)["endpoints"]:
        made = pipeline.sample_data(AWAY, endpoint["method"], endpoint["path"], 3, 1, SHOP)
        assert len(made["samples"]) == 3
        assert json.dumps(made)


def test_samples_are_json_whatever_the_document_says() -> None:
    """Also where it gives values that JSON does not know."""
    nan = float("nan")
    spec = {
        "openapi": "3.1.0",
        "info": {"title": "A", "version": float("inf")},
        "paths": {
            "/a": {
                "post": {
                    "parameters": [
                        {
                            "name": "x",
                            "in": "query",
                            "required": True,
                            "schema": {"type": "number", "default": nan},
                        }
                    ],
                    "requestBody": {
                        "content": {"application/json": {"schema": {}, "example": {"a": nan}}}
                    },
                    "responses": {},
                }
            }
        },
    }
    assert json.dumps(pipeline.endpoints(AWAY, spec), allow_nan=False)
    made = pipeline.sample_data(AWAY, "POST", "/a", 3, 1, spec)
    assert json.dumps(made, allow_nan=False)


def test_what_cannot_be_sampled_is_refused(serve: Serve) -> None:
    """An unknown endpoint, an absurd number, a target that does not answer."""
    with pytest.raises(UsageError, match="GET /nothing is in no document"):
        pipeline.sample_data(AWAY, "GET", "/nothing", 1, 1, UPLOAD)
    for count in (0, -1, 10**9):
        with pytest.raises(UsageError, match="samples cannot be made"):
            pipeline.sample_data(AWAY, "POST", "/files/{kind}", count, 1, UPLOAD)
    with pytest.raises(TargetError):
        pipeline.sample_data(AWAY, "GET", "/nothing")
    assert pipeline.sample_data(document(serve, UPLOAD), "POST", "/files/{kind}")["samples"]
