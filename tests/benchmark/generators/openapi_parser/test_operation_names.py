"""Names of operations: readable, unique, valid, and the same every time."""

from __future__ import annotations

import builtins
import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.generators.openapi_parser.operation_names import operation_names


@pytest.mark.parametrize(
    ("method", "path", "operation_id", "name"),
    [
        ("GET", "/users", "listUsers", "list_users"),
        ("GET", "/users", "UserController_findAllByID", "user_controller_find_all_by_id"),
        ("GET", "/v", "books.volumes/list-all", "books_volumes_list_all"),
        ("GET", "/api/v1/items/{item_id}", "read_item_api_v1_items__item_id__get", "read_item"),
        ("GET", "/api/v1/items/{id}", "", "get_items_by_id"),
        ("GET", "/", "", "get_root"),
        ("POST", "/users/{userId}/posts.json", "", "post_users_by_user_id_posts_json"),
        ("GET", "/größe", "größeLesen", "grosse_lesen"),
        ("GET", "/users", "получитьПользователей", "get_users"),
        ("GET", "/users", "class", "class_users"),
        ("GET", "/users/{id}", "List", "list_users"),
        ("GET", "/{id}", "client", "client_operation"),
        ("GET", "/x", "__init__", "init"),
        ("GET", "/x", "123", "operation_123"),
        ("GET", "/x", "'); import os #", "import_os"),
        ("GET", "/x", "a" * 3000, "a" * 60),
    ],
)
def test_a_single_name(method: str, path: str, operation_id: str, name: str) -> None:
    """What a person would have called it, or as near as the document allows."""
    assert operation_names([(method, path, operation_id)]) == [name]


def test_equal_names_are_numbered_in_order() -> None:
    """Names that differ by case, separators or Unicode form only are told apart by a number."""
    ids = ["getUser", "get_user", "GetUser", "ｇｅｔＵｓｅｒ", "get-user"]
    names = operation_names([("GET", f"/p{n}", name) for n, name in enumerate(ids)])
    assert names == ["get_user", "get_user_2", "get_user_3", "get_user_4", "get_user_5"]


def test_short_names_are_used_where_they_are_unique() -> None:
    """Two functions of one name in different routers are told apart by their paths."""
    names = operation_names(
        [
            ("GET", "/users/{id}", "read_users__id__get"),
            ("GET", "/items/{id}", "read_items__id__get"),
            ("POST", "/items", "create_items_post"),
        ]
    )
    assert names == ["get_users_by_id", "get_items_by_id", "create"]


def test_noise_in_paths_stays_where_it_tells_apart() -> None:
    """`/v1/users` and `/v2/users` keep their versions."""
    assert operation_names([("GET", "/v1/users", ""), ("GET", "/v2/users", "")]) == [
        "get_v1_users",
        "get_v2_users",
    ]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["GET", "POST"]),
            st.text(max_size=15).map(lambda text: "/" + text),
            st.text(max_size=15) | st.sampled_from(["run", "Run", "print", "é", "x" * 99]),
        ),
        max_size=8,
    )
)
def test_names_are_always_identifiers(operations: list[tuple[str, str, str]]) -> None:
    """Whatever a document holds, every name is short, ASCII, unique and free."""
    names = operation_names(operations)
    assert names == operation_names(operations)
    assert len(set(names)) == len(operations)
    for name in names:
        assert name.isidentifier()
        assert name.isascii()
        assert name[0].isalpha()
        assert len(name) <= 60
        assert not keyword.iskeyword(name)
        assert not hasattr(builtins, name)
