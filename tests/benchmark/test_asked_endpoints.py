"""How people write the endpoints that a load is to consist of, and what they weigh."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmark.asked_endpoints import MAX_WEIGHT, by_location, read_endpoints, whole_weights
from benchmark.errors import UsageError
from benchmark.models import AskedEndpoint
from benchmark.settings import load_config


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("GET /users", AskedEndpoint("GET", "/users")),
        ("get /users 2.5", AskedEndpoint("GET", "/users", 2.5)),
        ("POST /a?x=1 1e-1", AskedEndpoint("POST", "/a?x=1", 0.1)),
        ({"path": "/users"}, AskedEndpoint("GET", "/users")),
        (
            {"method": "put", "path": "/u/{id}", "weight": "3", "parameters": {"id": 7}, "body": 0},
            AskedEndpoint("PUT", "/u/{id}", 3.0, {"id": 7}, 0),
        ),
        (AskedEndpoint("GET", "/users", 2), AskedEndpoint("GET", "/users", 2.0)),
    ],
)
def test_an_endpoint_is_a_text_a_table_or_a_value(written: Any, read: AskedEndpoint) -> None:
    """All say the same: method, path, weight, parameters, body."""
    assert read_endpoints([written]) == (read,)


def test_a_text_has_one_on_each_line() -> None:
    """So one environment variable holds several."""
    assert read_endpoints("GET /a 2\n\n POST /b \n") == (
        AskedEndpoint("GET", "/a", 2.0),
        AskedEndpoint("POST", "/b"),
    )


@pytest.mark.parametrize(
    "wrong",
    [
        "users",
        "GET users",
        "FETCH /users",
        "GET /users 0",
        "GET /users -1",
        {"path": "/users", "weight": float("nan")},
        {"path": "/users", "weight": float("inf")},
        {"path": "/users", "weight": True},
        {"path": "/users", "weight": [2]},
        {"path": "/users", "methods": "GET"},
        {"path": 7},
        {"method": ["GET"], "path": "/users"},
        {"path": "//other.example/users"},
        {"path": "/a b"},
        {"path": "/a\nb"},
        {"path": "/a#b"},
        {"path": "/" + "a" * 3000},
        {"path": "/users", "parameters": [1]},
        {"path": "/users", "parameters": {1: 2}},
        {"weight": 2},
        7,
        None,
    ],
)
def test_what_is_no_endpoint_is_refused(wrong: Any) -> None:
    """With what is wrong and how to write it, whatever type it has."""
    with pytest.raises(UsageError) as refusal:
        read_endpoints([wrong])
    assert refusal.value.hint


def test_there_are_not_too_many_of_them() -> None:
    """A thousand are taken."""
    assert len(read_endpoints(["GET /a"] * 1000)) == 1000
    with pytest.raises(UsageError, match="too many"):
        read_endpoints(["GET /a"] * 1001)


@pytest.mark.parametrize(
    ("weights", "whole"),
    [
        ([2.0, 1.0], (2, 1)),
        ([0.5, 0.25, 1], (2, 1, 4)),
        ([0.1, 0.2, 0.3], (1, 2, 3)),
        ([1.5, 1], (3, 2)),
        ([7], (1,)),
        ([1000, 1], (1000, 1)),
        ([1e6, 1e-6], (MAX_WEIGHT, 1)),
        ([1e6, 5e5, 1], (MAX_WEIGHT, MAX_WEIGHT // 2, 1)),
        ([], ()),
    ],
)
def test_weights_are_whole_numbers_in_their_proportion(
    weights: list[float], whole: tuple[int, ...]
) -> None:
    """Exactly where that is possible; absurd proportions are bounded, and nothing is lost."""
    assert whole_weights(weights) == whole


def test_parameters_may_be_divided_by_location() -> None:
    """Names alone otherwise; a parameter may well be called `path`."""
    assert by_location({"limit": 5}) == {"": {"limit": 5}}
    assert by_location({"query": {"limit": 5}, "path": {"id": 7}}) == {
        "query": {"limit": 5},
        "path": {"id": 7},
    }
    assert by_location({"path": "/tmp", "limit": 5}) == {"": {"path": "/tmp", "limit": 5}}
    assert by_location(None) == {}


def test_a_settings_file_and_the_command_line_take_them(tmp_path: Path) -> None:
    """`endpoints:` in YAML, `--endpoints` repeated, and the place of a mistake is said."""
    file = tmp_path / "b.yaml"
    file.write_text("endpoints:\n  - GET /a 2\n  - {path: /b, body: {x: 1}, method: POST}\n")
    config = load_config({}, file, {})
    assert config.endpoints == (
        AskedEndpoint("GET", "/a", 2.0),
        AskedEndpoint("POST", "/b", 1.0, None, {"x": 1}),
    )
    assert load_config({"endpoints": ["GET /a"]}, None, {}).endpoints == (
        AskedEndpoint("GET", "/a"),
    )
    with pytest.raises(UsageError, match="--endpoints: 'nothing' is no endpoint"):
        load_config({"endpoints": ["nothing"]}, None, {})
