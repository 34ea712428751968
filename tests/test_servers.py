"""The small servers keep their promises: all that is called reachable is, and traps are traps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import requests

from tests.servers import (
    bare_noun,
    catch_all,
    chain,
    conditional,
    cookie_csrf,
    creators,
    expiring_token,
    hidden_missing,
    hidden_rules,
    listed_root,
    paired_states,
    rate_limit,
    second_credential,
    slow_effects,
    traps,
    two_parents,
    undocumented_body,
    unique_quota,
)
from tests.servers.client import ClientOf, one_address
from tests.servers.error_formats import FORMATS
from tests.servers.names import Names
from tests.servers.stopped_clock import StoppedClock

SEEDS = (1, 2, 3)
ALL = (
    bare_noun, catch_all, chain, conditional, cookie_csrf, creators, expiring_token,
    hidden_missing, hidden_rules, listed_root, paired_states, rate_limit, second_credential,
    slow_effects, traps, two_parents, undocumented_body, unique_quota,
)  # fmt: skip


@pytest.fixture(scope="module")
def client_of() -> Iterator[ClientOf]:
    """Makes clients of applications."""
    with one_address() as make:
        yield make


@pytest.mark.parametrize("server", ALL, ids=lambda server: server.__name__.rpartition(".")[2])
def test_names_differ_by_seed_and_stay_with_it(server: Any) -> None:
    """The same seed makes the same document, another seed another one; no path is drawn twice."""
    documents = [server.make_app(seed).openapi() for seed in (1, 1, 2)]
    assert documents[0] == documents[1]
    assert set(documents[0]["paths"]) != set(documents[2]["paths"])
    for seed in range(30):
        app = server.make_app(seed)
        operations = {
            f"{method.upper()} {path}" for path, item in app.openapi()["paths"].items()
            for method in item
        }  # fmt: skip
        assert operations == set(app.state.operations.values())
        assert len(operations) == len(app.state.operations)
        assert app.state.reachable <= operations


def test_names_are_drawn_without_repetition() -> None:
    """All resources and fields that a seed gives are different."""
    names = Names(5)
    nouns = [names.resource() for _ in range(30)] + [names.resource(irregular=True)]
    drawn = [*nouns, *[names.text() for _ in range(20)]]
    assert len(set(drawn)) == len(drawn)


@pytest.mark.parametrize("seed", SEEDS)
def test_chain(client_of: ClientOf, seed: int) -> None:
    """Each level needs the one above; a parent goes only after its children."""
    with client_of(partial(chain.make_app, seed)) as client:
        path: list[object] = []
        for role in chain.ROLES:
            if path:
                nowhere = ["none"] * len(path)
                client(f"create {role}", *nowhere, expect=404, body=client.sent(role))
            path.append(client.make(role, *path))
            client.use(role, *path)
        client("create first", expect=422, body={})
        client("delete first", path[0], expect=409)
        for role in reversed(chain.ROLES):
            client(f"delete {role}", *path)
            path.pop()
        client.check_all_reached()


@pytest.mark.parametrize("seed", SEEDS)
def test_listed_root(client_of: ClientOf, seed: int) -> None:
    """Three roots exist from the start; what is below or beside needs one of them."""
    with client_of(partial(listed_root.make_app, seed)) as client:
        roots = client("list root")
        roots = roots if isinstance(roots, list) else next(iter(roots.values()))
        root = roots[0][client.field("id of root")]
        client("read root", root)
        below = client.make("below", root)
        client.use("below", root, below)
        client("create beside", expect=422, body=client.sent("beside"))
        beside = client.make("beside", reference=root)
        client.use("beside", beside, reference=root)
        client("delete below", root, below)
        client("delete beside", beside)
        client.check_all_reached()


@pytest.mark.parametrize("seed", SEEDS)
def test_bare_noun(client_of: ClientOf, seed: int) -> None:
    """The reference must exist, and keeps what it refers to from being deleted."""
    with client_of(partial(bare_noun.make_app, seed)) as client:
        referred = client.make("referred")
        client.use("referred", referred)
        unknown = 10**9 if isinstance(referred, int) else "none"
        body = client.sent("referrer", reference=unknown)
        client("create referrer", expect=404, body=body)
        referrer = client.make("referrer", reference=referred)
        client.use("referrer", referrer, reference=referred)
        client("delete referred", referred, expect=409)
        client("delete referrer", referrer)
        client("delete referred", referred)
        client.check_all_reached()


@pytest.mark.parametrize("seed", SEEDS)
def test_undocumented_body(client_of: ClientOf, seed: int) -> None:
    """The document is silent about the body; the complaint names every member that is needed."""
    with client_of(partial(undocumented_body.make_app, seed)) as client:
        path = client.served.app.state.operations["create thing"].partition(" ")[2]
        assert "requestBody" not in client.served.app.openapi()["paths"][path]["post"]
        complaint = client("create thing", expect=422, body={}).json()
        named = {each["loc"][-1] for each in complaint["detail"]}
        assert named == {client.field(part) for part in ("label of thing", "text", "number")}
        thing = client.make("thing", text="a", number=5)
        client("list thing")
        client("read thing", thing)
        client("delete thing", thing)
        client.check_all_reached()


@pytest.mark.parametrize("style", FORMATS)
@pytest.mark.parametrize("seed", SEEDS)
def test_hidden_rules(client_of: ClientOf, seed: int, style: str) -> None:
    """Each broken rule is refused in the server's style, with the member and the limit in it."""
    status = FORMATS[style][0]
    today = datetime.now(UTC).date()
    good = {"long": "x" * hidden_rules.LEAST_LENGTH, "past": str(today), "one": "a"}
    with client_of(partial(hidden_rules.make_app, seed, style)) as client:
        for broken, telling in (
            ({**good, "long": "x"}, str(hidden_rules.LEAST_LENGTH)),
            ({**good, "past": str(today + timedelta(days=2))}, ""),
            ({**good, "past": "soon"}, "date"),
            ({**good, "other": "b"}, client.field("other")),
            ({"long": good["long"], "past": good["past"]}, client.field("one")),
        ):
            body = client.sent("thing", **broken)
            complaint = client("create thing", expect=status, body=body)
            assert telling in complaint.text
            member = "either" if telling in (client.field("other"), client.field("one")) else ""
            changed = next((name for name in broken if broken[name] != good.get(name)), "one")
            assert member or client.field(changed).lower() in complaint.text.lower()
        thing = client.make("thing", **good)
        client("list thing")
        client("read thing", thing)
        client("delete thing", thing)
        missing = client("read thing", thing, expect=404)
        assert missing.json()
        client.check_all_reached()


@pytest.mark.parametrize("seed", SEEDS)
def test_slow_effects(client_of: ClientOf, seed: int) -> None:
    """A job is accepted and done later; a new thing is not found at first."""
    clock = StoppedClock()
    with client_of(partial(slow_effects.make_app, seed, clock=clock)) as client:
        job, late = client.make("job"), client.make("late")
        assert client("read job", job)["status"] == "running"
        client("result", job, expect=409)
        client("delete job", job, expect=409)
        client("read late", late, expect=404)
        clock.go_on(0.31)
        assert client("read job", job)["status"] == "done"
        client("result", job)
        client("list job")
        client.use("late", late)
        client("delete late", late)
        client("delete job", job)
        client.check_all_reached()


@pytest.mark.parametrize("seed", SEEDS)
def test_paired_states(client_of: ClientOf, seed: int) -> None:
    """Each action wants the opposite one before it, and a deletion wants the thing off."""
    with client_of(partial(paired_states.make_app, seed)) as client:
        thing = client.make("thing")
        client("off", thing, expect=409)
        client("on", thing)
        client("on", thing, expect=409)
        client("delete thing", thing, expect=409)
        client("off", thing)
        client("list thing")
        client("read thing", thing)
        client("delete thing", thing)
        client.check_all_reached()


@pytest.mark.parametrize("documented", [True, False])
@pytest.mark.parametrize("seed", SEEDS)
def test_conditional(client_of: ClientOf, seed: int, documented: bool) -> None:
    """A write needs the ETag of the item as it is now."""
    with client_of(partial(conditional.make_app, seed, documented=documented)) as client:
        thing = client.make("thing")
        body = client.sent("thing")
        old = client("read thing", thing, expect=200).headers["ETag"]
        client("update thing", thing, expect=428, body=body)
        client("update thing", thing, body=body, headers={"If-Match": old})
        client("delete thing", thing, expect=412, headers={"If-Match": old})
        client("list thing")
        client("read thing", thing)
        new = client("read thing", thing, expect=200).headers["ETag"]
        client("delete thing", thing, headers={"If-Match": new})
        client.check_all_reached()


@pytest.mark.parametrize("seed", SEEDS)
def test_two_parents(client_of: ClientOf, seed: int) -> None:
    """Children of different parents have equal numbers and are different things."""
    with client_of(partial(two_parents.make_app, seed)) as client:
        for side in ("left", "right"):
            parents = [client.make(side), client.make(side)]
            children = [client.make(f"{side} child", parent) for parent in parents]
            assert children == [1, 1]
            second = client.make(f"{side} child", parents[0])
            client(f"read {side} child", parents[1], second, expect=404)
            client.use(side, parents[0])
            client.use(f"{side} child", parents[0], 1)
            client(f"delete {side} child", parents[0], second)
            for parent in parents:
                client(f"delete {side} child", parent, 1)
                client(f"delete {side}", parent)
        client.check_all_reached()


@pytest.mark.parametrize("seed", SEEDS)
def test_creators(client_of: ClientOf, seed: int) -> None:
    """New things are told of by Location, as a map by identifier, or by the identifier alone."""
    with client_of(partial(creators.make_app, seed)) as client:
        answer = client("create located", body=client.sent("located"))
        mapped = client("create mapped", body=client.sent("mapped"))
        bare = client("create bare", body=client.sent("bare"))
        made = {
            "located": answer.headers["Location"].rpartition("/")[2],
            "mapped": next(iter(mapped)),
            "bare": bare,
        }
        assert client("list mapped") == mapped
        assert client("list bare") == [bare]
        for role, thing in made.items():
            client(f"read {role}", thing)
            client(f"update {role}", thing, body=client.sent(role))
            client(f"delete {role}", thing)
        client.check_all_reached()


def test_reset(client_of: ClientOf) -> None:
    """A reset server has forgotten everything, at the same address."""
    with client_of(partial(chain.make_app, 1)) as client:
        thing = client.make("first")
        assert sum(client.served.leftovers.values()) == 1
        client.served.reset()
        assert client.served.leftovers == {}
        client("read first", thing, expect=404)
        answers = client.served.app.state.answers
        assert answers == {(client.served.app.state.operations["read first"], 404): 1}


def test_the_served_document_is_the_one_that_was_made(client_of: ClientOf) -> None:
    """A client gets at /openapi.json what the application says of itself."""
    with client_of(partial(chain.make_app, 1)) as client:
        answer = requests.get(f"{client.served.url}/openapi.json", timeout=60)
        assert answer.json() == client.served.app.openapi()
