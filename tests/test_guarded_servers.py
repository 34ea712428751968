"""The small servers that refuse: sign-in, traps, limits, and answers that hide what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
import requests

from tests.servers import (
    catch_all,
    cookie_csrf,
    expiring_token,
    hidden_missing,
    rate_limit,
    second_credential,
    traps,
    unique_quota,
)
from tests.servers.client import ClientOf, one_address
from tests.servers.stopped_clock import StoppedClock

SEEDS = (1, 2, 3)


@pytest.fixture(scope="module")
def client_of() -> Iterator[ClientOf]:
    """Makes clients of applications."""
    with one_address() as make:
        yield make


@pytest.mark.parametrize("seed", SEEDS)
def test_unique_quota(client_of: ClientOf, seed: int) -> None:
    """A label in use is 409, one thing too many is 403, and a deletion makes room."""
    with client_of(partial(unique_quota.make_app, seed, quota=3)) as client:
        body = client.sent("thing")
        first = client("create thing", body=body)[client.field("id of thing")]
        client("create thing", expect=409, body=body)
        client("update thing", first, body=body)
        client.use("thing", first)
        others = [client.make("thing"), client.make("thing")]
        client("create thing", expect=403, body=client.sent("thing"))
        client("delete thing", first)
        for thing in [*others, client.make("thing")]:
            client("delete thing", thing)
        client.check_all_reached()


TRAPS = {"logout": 401, "change password": 401, "delete me": 401, "reset token": 401,
         "maintenance": 503, "shut down": 503}  # fmt: skip


@pytest.mark.parametrize("seed", SEEDS)
def test_traps(client_of: ClientOf, seed: int) -> None:
    """The harmless part works; each trap shuts everybody out and is noted, until a reset."""
    bodies = {"change password": {"new_password": "x"}, "maintenance": {"enabled": True}}
    with client_of(partial(traps.make_app, seed)) as client:
        for trap, status in TRAPS.items():
            client.served.reset()
            state = client.served.app.state
            client.reached.clear()
            client.session.headers["Authorization"] = f"Bearer {state.credentials['token']}"
            thing = client.make("thing")
            client.use("thing", thing)
            client("delete thing", thing)
            client("read me")
            client.check_all_reached()
            client(trap, body=bodies.get(trap))
            assert state.traps_touched == [state.operations[trap]]
            client("list thing", expect=status)


@pytest.mark.parametrize("seed", SEEDS)
def test_expiring_token(client_of: ClientOf, seed: int) -> None:
    """A token lives as long as it was told, and a new login makes a new one."""
    clock = StoppedClock()
    with client_of(partial(expiring_token.make_app, seed, clock=clock)) as client:
        given = client.served.app.state.credentials
        names = {client.field("user"): "username", client.field("password"): "password"}
        client("list thing", expect=401)
        client("login", expect=401, body=dict.fromkeys(names, "wrong"))
        body = {name: given[part] for name, part in names.items()}

        def sign_in() -> None:
            token = client("login", body=body)[client.field("token")]
            client.session.headers["Authorization"] = f"Bearer {token}"

        sign_in()
        thing = client.make("thing")
        client("list thing")
        clock.go_on(2.1)
        client("list thing", expect=401)
        sign_in()
        client.use("thing", thing)
        client("delete thing", thing)
        client.check_all_reached()


@pytest.mark.parametrize("seed", SEEDS)
def test_second_credential(client_of: ClientOf, seed: int) -> None:
    """What lies below an owner needs the secret of its creation, and no other owner's."""
    with client_of(partial(second_credential.make_app, seed)) as client:
        owner, other = (client("create owner", body=client.sent("owner")) for _ in range(2))
        identifier, secret = client.field("id of owner"), client.field("secret")
        own = owner[identifier]
        client.use("owner", own)
        assert secret not in client("read owner", own)
        client("list owned", own, expect=401)
        header = client.field("header")
        client("list owned", own, expect=401, headers={header: other[secret]})
        client.session.headers[header] = owner[secret]
        owned = client.make("owned", own)
        client.use("owned", own, owned)
        client("delete owned", own, owned)
        client("delete owner", own)
        client("delete owner", other[identifier])
        client.check_all_reached()


@pytest.mark.parametrize("seed", SEEDS)
def test_catch_all(client_of: ClientOf, seed: int) -> None:
    """Unknown paths get a page, what does not exist an error with the status 200."""
    with client_of(partial(catch_all.make_app, seed)) as client:
        thing = client.make("thing")
        client.use("thing", thing)
        client("delete thing", thing)
        assert client("read thing", thing, expect=200).json()["success"] is False
        assert client("failing", expect=200).json().keys() == {"errors"}
        assert client("gone", expect=200).text == catch_all.PAGE
        unknown = requests.post(client.served.url + "/no/such/path", timeout=60)
        assert unknown.headers["content-type"].startswith("text/html")
        client.check_all_reached()


@pytest.mark.parametrize("seed", SEEDS)
def test_hidden_missing(client_of: ClientOf, seed: int) -> None:
    """What does not exist is 403, below a parent that does not exist, too."""
    with client_of(partial(hidden_missing.make_app, seed)) as client:
        client("read parent", "none", expect=403)
        client("create child", "none", expect=403, body=client.sent("child"))
        parent = client.make("parent")
        client.use("parent", parent)
        child = client.make("child", parent)
        client.use("child", parent, child)
        client("delete child", parent, child)
        client("delete parent", parent)
        client.check_all_reached()


@pytest.mark.parametrize("seed", SEEDS[:1])
def test_rate_limit(client_of: ClientOf, seed: int) -> None:
    """Beyond the burst a request is told how many seconds to wait, and waiting helps."""
    clock = StoppedClock()
    make = partial(rate_limit.make_app, seed, rate=4, burst=4, clock=clock)
    with client_of(make) as client:
        thing = client.make("thing")
        client.use("thing", thing)
        refused = client("delete thing", thing, expect=429)
        assert refused.headers["Retry-After"] == "1"
        clock.go_on(1)
        client("delete thing", thing)
        client.check_all_reached()


@pytest.mark.parametrize("seed", SEEDS)
def test_cookie_csrf(client_of: ClientOf, seed: int) -> None:
    """A session is needed for all, the token for writes only."""
    with client_of(partial(cookie_csrf.make_app, seed)) as client:
        client("list thing", expect=401)
        client("login", expect=401, body={"username": "keeper", "password": "wrong"})
        client("login", body=client.served.app.state.credentials)
        client("list thing")
        client("create thing", expect=403, body=client.sent("thing"))
        client.session.headers[client.field("header")] = client("token")["csrf_token"]
        thing = client.make("thing")
        client.use("thing", thing)
        client("delete thing", thing)
        client.check_all_reached()
