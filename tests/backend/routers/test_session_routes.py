"""Sessions and configurations over REST."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest

from tests.services import RunningService, running_service, service_settings

_TARGET = "http://localhost:8001"


def make(service: RunningService, **changes: Any) -> dict[str, Any]:
    """A configuration in a new session."""
    body = {
        "user_email": "user1@example.com",
        "session_name": "Release",
        "configuration_name": "Reading",
        "target_url": _TARGET,
        "settings": {"duration": 5, "max_concurrent_users": 3},
    }
    made: dict[str, Any] = service.post("/api/sessions/configuration", {**body, **changes})
    return made


def test_a_configuration_is_made_read_changed_and_deleted(service: RunningService) -> None:
    """What is made says its ids, under which it is read, changed and deleted."""
    made = make(service)
    path = f"/api/configurations/{made['configuration_id']}"
    assert service.get(path) == made
    changed = service.ask("PATCH", path, {"configuration_name": "Writing"}).json()
    assert (changed["configuration_name"], changed["settings"]) == ("Writing", made["settings"])
    assert service.ask("DELETE", path).status_code == 204
    assert service.ask("GET", path).status_code == 404
    assert service.ask("DELETE", path).status_code == 404


def test_only_what_was_given_is_kept(service: RunningService) -> None:
    """Settings that nobody gave are no part of a configuration: a start may still say them."""
    assert make(service)["settings"] == {"duration": 5.0, "max_concurrent_users": 3}


def test_a_configuration_joins_a_session_and_goes_with_it(service: RunningService) -> None:
    """With a session_id it is added to that session; it is deleted with its session."""
    first = make(service)
    second = make(service, session_id=first["session_id"], session_name=None)
    session = service.get(f"/api/sessions/{first['session_id']}")
    assert [each["configuration_id"] for each in session["configurations"]] == [
        first["configuration_id"],
        second["configuration_id"],
    ]
    assert service.ask("DELETE", f"/api/sessions/{first['session_id']}").status_code == 204
    gone = service.ask("GET", f"/api/configurations/{second['configuration_id']}")
    assert gone.status_code == 404


def test_a_session_changes_by_what_is_given(service: RunningService) -> None:
    """A change keeps what it does not name."""
    made = make(service, session_description="Nightly")
    path = f"/api/sessions/{made['session_id']}"
    changed = service.ask("PATCH", path, {"session_name": "Hotfix"}).json()
    assert (changed["session_name"], changed["session_description"]) == ("Hotfix", "Nightly")


def test_addresses_are_the_same_in_every_case(service: RunningService) -> None:
    """Users are known by their address, upper or lower case."""
    make(service, user_email="Case@Example.com")
    page = service.get("/api/user/cASE@example.com/sessions")
    assert page["total"] == 1
    assert page["items"][0]["user_email"] == "case@example.com"


def test_somebody_without_sessions_has_none(service: RunningService) -> None:
    """Users are made on first use, so nobody is unknown."""
    page = service.get("/api/user/nobody@example.com/sessions")
    assert page == {"total": 0, "limit": 50, "offset": 0, "items": []}


def test_pages_follow_each_other(service: RunningService) -> None:
    """Pages of one make up the whole list; beyond its end there is nothing."""
    for number in range(3):
        make(service, user_email="pages@example.com", session_name=f"S{number}")
    path = "/api/user/pages@example.com/sessions"
    names = [
        service.get(path, limit=1, offset=offset)["items"][0]["session_name"] for offset in range(3)
    ]
    assert names == ["S2", "S1", "S0"]
    assert service.get(path, limit=1, offset=3) == {
        "total": 3,
        "limit": 1,
        "offset": 3,
        "items": [],
    }


@pytest.mark.parametrize(
    ("changes", "where", "what"),
    [
        ({"settings": {"headers": {"Authorization": "x"}}}, "body.settings", "no `headers`"),
        ({"settings": {"users": 3}}, "body.settings.users", "not known"),
        ({"settings": {"duration": 1e400}}, "body", "infinity"),
        ({"settings": {"duration": -1}}, "body.settings.duration", "greater"),
        (
            {"settings": {"endpoints": [{"path": "users"}]}},
            "body.settings.endpoints[0].path",
            "no path",
        ),
        ({"settings": {"endpoints": []}}, "body.settings.endpoints", "at least 1"),
        ({"target_url": "http://user:pw@localhost"}, "body.target_url", "no base URL"),
        ({"target_url": "http://localhost?x=1"}, "body.target_url", "no base URL"),
        ({"target_url": "ftp://localhost"}, "body.target_url", "no base URL"),
        ({"target_url": "http://localhost:99999"}, "body.target_url", "port"),
        ({"configuration_name": " "}, "body.configuration_name", "is blank"),
        ({"configuration_name": "a\0b"}, "body", "NUL"),
        ({"configuration_name": "a\ud800b"}, "body", "surrogate"),
        ({"configuration_name": "x" * 201}, "body.configuration_name", "200"),
        ({"session_id": 1}, "body", "either `session_id` or"),
        ({"session_name": None}, "body", "either `session_id` or"),
        ({"session_name": " \t"}, "body.session_name", "is blank"),
        ({"session_id": 2**31, "session_name": None}, "body.session_id", "less"),
        ({"session_id": "1", "session_name": None}, "body.session_id", "integer"),
        ({"user_email": "nobody"}, "body.user_email", "no e-mail address"),
        ({"surprise": 1}, "body.surprise", "not known"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(
    service: RunningService, changes: dict[str, Any], where: str, what: str
) -> None:
    """A wrong body is refused with 422: where, and what is wrong there."""
    body = {"user_email": "user1@example.com", "session_name": "S", "configuration_name": "C"}
    reply = service.ask(
        "POST", "/api/sessions/configuration", {**body, "target_url": _TARGET, **changes}
    )
    assert reply.status_code == 422
    errors = reply.json()["errors"]
    assert any(each["where"] == where and what in each["what"] for each in errors), errors


def test_a_configuration_keeps_no_secrets(service: RunningService) -> None:
    """Values whose names say that they are secrets are refused, at any depth, and not repeated."""
    endpoint = {"path": "/login", "method": "POST", "body": {"user": {"password": "hunter22"}}}
    reply = service.ask(
        "POST",
        "/api/sessions/configuration",
        {
            "session_name": "S",
            "configuration_name": "C",
            "target_url": _TARGET,
            "settings": {"endpoints": [endpoint]},
        },
    )
    assert reply.status_code == 422
    assert "endpoints[0].body.user.password" in reply.json()["detail"]
    assert "hunter22" not in reply.text


@pytest.mark.parametrize("path", ["/api/sessions/999999", "/api/configurations/999999"])
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_unknown_ids_are_not_there(service: RunningService, method: str, path: str) -> None:
    """Every operation on an id that is not there answers 404, and says where ids come from."""
    body = {"session_name": "x"} if "sessions" in path else {"configuration_name": "x"}
    reply = service.ask(method, path, body if method == "PATCH" else None)
    assert reply.status_code == 404
    assert reply.headers["content-type"] == "application/problem+json"
    assert "GET /api/sessions" in reply.json()["hint"]


@pytest.mark.parametrize("text", ["0", "-1", "x", "1.5", str(2**31), "9" * 400, "%00"])
def test_what_is_no_id_is_refused(service: RunningService, text: str) -> None:
    """Ids that no database can hold are refused before it is asked."""
    reply = service.ask("GET", f"/api/sessions/{text}")
    assert reply.status_code == 422
    assert reply.json()["errors"][0]["where"] == "path.session_id"


def test_nothing_to_change_is_refused(service: RunningService) -> None:
    """A change without a change is a mistake."""
    made = make(service)
    path = f"/api/sessions/{made['session_id']}"
    for body in ({}, {"session_name": None}, {"name": "x"}, []):
        assert service.ask("PATCH", path, body).status_code == 422, body


def test_sessions_of_others_stay_theirs(service: RunningService) -> None:
    """A configuration goes into a session of its own user only."""
    made = make(service, user_email="a@example.com")
    body = {
        "user_email": "b@example.com",
        "session_id": made["session_id"],
        "configuration_name": "C",
        "target_url": _TARGET,
    }
    assert service.ask("POST", "/api/sessions/configuration", body).status_code == 409


# ── with tokens ───────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A service with two users and an admin; the token of each is the first part of the address."""
    lines = tuple(
        f"{name}@example.com:{role}:{sha256(name.encode()).hexdigest()}"
        for name, role in (("anna", "user"), ("bert", "user"), ("chief", "admin"))
    )
    settings = service_settings(tmp_path_factory.mktemp("shared"), tokens=lines)
    with running_service(settings) as running:
        yield running


def _as(name: str) -> dict[str, Any]:
    return {"headers": {"Authorization": f"Bearer {name}"}}


def test_users_have_their_own_sessions(shared: RunningService) -> None:
    """With tokens a session is the caller's; to others it is not there, an admin sees all."""
    body = {"session_name": "S", "configuration_name": "C", "target_url": _TARGET}
    made = shared.post("/api/sessions/configuration", body, **_as("anna"))
    assert made["user_email"] == "anna@example.com"
    path = f"/api/sessions/{made['session_id']}"
    kept = f"/api/configurations/{made['configuration_id']}"
    assert shared.ask("GET", path, **_as("bert")).status_code == 404
    assert shared.ask("PATCH", path, {"session_name": "x"}, **_as("bert")).status_code == 404
    assert shared.ask("DELETE", kept, **_as("bert")).status_code == 404
    theirs = shared.ask("GET", "/api/user/anna@example.com/sessions", **_as("bert"))
    assert theirs.status_code == 404
    assert shared.ask("GET", "/api/sessions", **_as("bert")).json()["total"] == 0
    assert shared.ask("GET", path, **_as("chief")).status_code == 200
    assert shared.ask("GET", path).status_code == 401


def test_a_user_makes_nothing_for_others(shared: RunningService) -> None:
    """The address of somebody else is refused; an admin may give it."""
    body = {
        "user_email": "anna@example.com",
        "session_name": "S",
        "configuration_name": "C",
        "target_url": _TARGET,
    }
    assert shared.ask("POST", "/api/sessions/configuration", body, **_as("bert")).status_code == 403
    made = shared.post("/api/sessions/configuration", body, **_as("chief"))
    assert made["user_email"] == "anna@example.com"
