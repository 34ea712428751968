"""Words in names, singular forms, and what a parameter's name says it identifies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.generators.naming import (
    collection_of,
    identified_noun,
    noun,
    path_noun,
    path_shape,
    plain,
    singular,
    static_segments,
    words,
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("userId", ("user", "id")),
        ("user_id", ("user", "id")),
        ("user-id", ("user", "id")),
        ("user.id", ("user", "id")),
        ("HTTPServerID", ("http", "server", "id")),
        ("APIKey", ("api", "key")),
        ("item2Name", ("item", "2", "name")),
        ("", ()),
        ("идентификатор", ()),
        ("filter[name]", ("filter", "name")),
    ],
)
def test_words(name: str, expected: tuple[str, ...]) -> None:
    """Camel, snake, kebab and dotted names have the same words; other scripts have none."""
    assert words(name) == expected


@pytest.mark.parametrize(
    ("plural", "expected"),
    [
        ("users", "user"), ("categories", "category"), ("boxes", "box"), ("classes", "class"),
        ("branches", "branch"), ("statuses", "status"), ("people", "person"), ("indices", "index"),
        ("addresses", "address"), ("movies", "movie"), ("houses", "house"), ("images", "image"),
        ("status", "status"), ("news", "news"), ("bus", "bus"), ("analysis", "analysis"),
        ("boss", "boss"), ("user", "user"), ("as", "as"), ("", ""), ("ties", "tie"),
        ("data", "data"), ("series", "series"), ("quizzes", "quiz"),
    ],
)  # fmt: skip
def test_singular(plural: str, expected: str) -> None:
    """English plurals lose their ending; what only looks like a plural stays."""
    assert singular(plural) == expected


@given(st.text())
def test_nouns_are_stable(name: str) -> None:
    """No name breaks the rules, and a noun consists of plain words."""
    about = noun(name)
    assert about == "" or about.replace("_", "").isalnum()
    assert plain(about) == about.replace("_", "")


@pytest.mark.parametrize(
    ("parameter", "expected"),
    [
        ("id", ""), ("uuid", ""), ("sessionId", "session"), ("session_ids", "session"),
        ("shopping-cart-uuid", "shopping_cart"), ("usersId", "user"), ("country_code", "country"),
        ("firstName", "first"), ("topic_id_or_slug", "topic"), ("planIdOrKey", "plan"),
        ("callSid", "call"), ("pk", ""), ("id_or_name", ""),
        ("seconds", None), ("identity", None), ("", None), ("valid", None),
    ],
)  # fmt: skip
def test_identified_noun(parameter: str, expected: str | None) -> None:
    """An identifier's name ends in a word for one; what stands before is the thing."""
    assert identified_noun(parameter) == expected


@pytest.mark.parametrize(
    ("path", "parameter", "expected"),
    [
        ("/sessions/{id}", "id", "session"),
        ("/api/v1/{id}", "id", "api"),
        ("/v2/{id}", "id", "item"),
        ("/{id}", "id", "item"),
        ("/sessions/{session_id}/files/{id}", "id", "file"),
        ("/session/{sessionId}/upload", "sessionId", "session"),
        ("/orgs/{org}", "org", "org"),
        ("/categories/{category}", "category", "category"),
        ("/users/{username}", "username", "user"),
        ("/user/{userid}", "userid", "user"),
        ("/issues/{issue_number}", "issue_number", "issue"),
        ("/shopping-carts/{shoppingCartNo}", "shoppingCartNo", "shopping_cart"),
        ("/members/{username}", "username", None),
        ("/delay/{seconds}", "seconds", None),
        ("/delays/{number}", "number", None),
        ("/delays/{hoursno}", "hoursno", None),
        ("/status/{status}", "status", None),
        ("/reports/{year}", "year", None),
        ("/{anything}", "anything", None),
        ("/files/{name}.json", "name", "file"),
        ("/parcels/{item_id}", "item_id", "parcel"),
        ("/parcels/{object}", "object", "parcel"),
        ("/lists/{list}/{item_id}", "item_id", "item"),
        ("/teams/{team_id}/members/{team_member_id}", "team_member_id", "member"),
        ("/вещи/{вещь}", "вещь", None),
    ],
)
def test_what_a_path_parameter_identifies(path: str, parameter: str, expected: str | None) -> None:
    """The name decides, else the collection before it; a mere value identifies nothing."""
    assert path_noun(collection_of(path, parameter), parameter) == expected


@pytest.mark.parametrize(
    ("path", "parameter", "expected"),
    [
        ("/a/{id}", "id", "/a"),
        ("/a/b-{id}", "id", "/a"),
        ("/a/{x}/b/{id}", "id", "/a/{x}/b"),
        ("/{id}", "id", ""),
        ("/a", "id", ""),
        ("", "id", ""),
    ],
)
def test_the_collection_is_what_stands_before(path: str, parameter: str, expected: str) -> None:
    """Whole segments only; "" where the parameter is not in the path."""
    assert collection_of(path, parameter) == expected


def test_static_segments_leave_out_parameters_and_versions() -> None:
    """What remains says what a path is about."""
    assert static_segments("/api/v1.2/orgs/{org}/repos/") == ["api", "orgs", "repos"]
    assert static_segments("/") == []


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/calls/{sid}.json", "/calls/{}"),
        ("/calls/{id}/", "/calls/{}"),
        ("/calls.{format}", "/calls"),
        ("/", "/"),
        ("/a.jsonl", "/a.jsonl"),
    ],
)
def test_the_shape_of_a_path(path: str, expected: str) -> None:
    """Names of parameters, a final slash and a format make no difference."""
    assert path_shape(path) == expected


def test_plain_names_ignore_the_spelling() -> None:
    """Case and separators make no difference."""
    assert {plain(name) for name in ("userId", "user_id", "USER-ID", "user.id")} == {"userid"}
