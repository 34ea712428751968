"""Which documented operation an endpoint means."""

from __future__ import annotations

from typing import Any

import pytest

from benchmark.generators.asked import find_operation
from benchmark.generators.asked.matching import path_values, query_values
from benchmark.generators.openapi_parser import parse_document
from benchmark.models import ApiDocument, ApiSpec

BASE = "http://127.0.0.1:8000"


def spec_of(*paths: str, prefix: str = "", methods: tuple[str, ...] = ("get",)) -> ApiSpec:
    """An application with these paths."""
    operation: dict[str, Any] = {"responses": {"200": {"description": "all"}}}
    spec = {
        "openapi": "3.1.0",
        "info": {"title": "A", "version": "1"},
        "paths": {path: dict.fromkeys(methods, operation) for path in paths},
    }
    return parse_document(ApiDocument("main", prefix, "test", spec))


@pytest.mark.parametrize(
    ("asked", "found", "values"),
    [
        ("/users", "/users", {}),
        ("/users/{id}", "/users/{id}", {}),
        ("/users/me", "/users/me", {}),
        ("/users/7", "/users/{id}", {"path": {"id": "7"}}),
        ("/users/a%20b", "/users/{id}", {"path": {"id": "a b"}}),
        ("/users/7?full=1", "/users/{id}", {"path": {"id": "7"}, "query": {"full": "1"}}),
        ("/users?limit=5", "/users", {"query": {"limit": "5"}}),
        ("/files/a.txt", "/files/{name}.{ending}", {"path": {"name": "a", "ending": "txt"}}),
    ],
)
def test_a_template_or_a_path_that_it_matches(
    asked: str, found: str, values: dict[str, Any]
) -> None:
    """What is written out wins over parameters; what stands in the path and the query is given."""
    spec = spec_of("/users/{id}", "/users/me", "/users", "/files/{name}.{ending}")
    match = find_operation([spec], "GET", asked, BASE)
    assert match is not None
    assert (match[1].path, match[2]) == (found, values)


@pytest.mark.parametrize("asked", ["/user", "/users/7/x", "/users/", "/", "/users/{other}"])
def test_nothing_else_is_meant(asked: str) -> None:
    """Not a near path, nor another template, nor another method."""
    spec = spec_of("/users/{id}", "/users")
    assert find_operation([spec], "GET", asked, BASE) is None
    assert find_operation([spec], "POST", "/users", BASE) is None


def test_paths_count_from_the_host_or_from_the_base_url() -> None:
    """With http://host/api, /users is /api/users."""
    spec = spec_of("/users", prefix="/api")
    for asked in ("/users", "/api/users"):
        match = find_operation([spec], "GET", asked, f"{BASE}/api")
        assert match is not None
        assert match[1].path == "/api/users"
    assert find_operation([spec], "GET", "/users", BASE) is None


def test_matching_costs_little_however_hostile_the_template() -> None:
    """Many parameters in one segment match nothing but themselves."""
    many = "/" + "".join(f"{{p{n}}}" for n in range(30))
    assert path_values(many, "/" + "a" * 2000) is None
    assert path_values("/{a}-{b}", "/" + "-" * 1000) is not None


def test_a_name_that_comes_twice_has_a_list() -> None:
    """As servers read it."""
    assert query_values("a=1&b=&a=2&a=3") == {"a": ["1", "2", "3"], "b": ""}
