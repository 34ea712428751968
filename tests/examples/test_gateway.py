"""The demo gateway: its services, their limits, the login, delays, and how it starts and stops."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
import requests
import uvicorn

from examples.gateway import (
    Credentials,
    DelayError,
    create_app,
    parse_concurrency,
    parse_delays,
)
from examples.gateway.__main__ import listen
from examples.gateway.delays import Workers
from examples.gateway.library import Library, chunks
from examples.gateway.schemas import SessionCreate
from examples.gateway.storage import BoundedStore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import FastAPI

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = "/api/v1/documents"
ACCOUNTS = "/api/v1/accounts"
WANTED = {"title": "Reports", "owner_email": "ada@example.org", "tags": ["finance"]}


class Client(requests.Session):
    """A session that knows its server."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self.trust_env = False
        self.base_url = base_url

    def request(self, method: str, url: str, **options: Any) -> requests.Response:  # type: ignore[override]  # short for tests
        """Send a request to a path of the server."""
        return super().request(method, self.base_url + url, timeout=60, **options)


@contextmanager
def served(app: FastAPI) -> Iterator[Client]:
    """A real server for the application, in a thread, as long as the block lasts."""
    with listen("127.0.0.1", 0) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            with Client(f"http://127.0.0.1:{listener.getsockname()[1]}") as client:
                yield client
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="module")
def gateway() -> Iterator[Client]:
    """A gateway that this module's tests share; each works with objects of its own."""
    with served(create_app(credentials=Credentials("ada", "secret"))) as client:
        yield client


def open_session(gateway: Client) -> str:
    """The id of a new session."""
    answer = gateway.post(f"{DOCUMENTS}/sessions", json=WANTED)
    assert answer.status_code == 201
    return str(answer.json()["id"])


def upload(gateway: Client, session_id: str, content: bytes = b"text", **form: str) -> Any:
    """The answer to an upload."""
    return gateway.post(
        f"{DOCUMENTS}/session/{session_id}/upload",
        files={"file": ("notes.txt", content, "text/plain")},
        data=form,
    )


def test_the_gateway_lists_its_services_with_prefix_and_docs(gateway: Client) -> None:
    """Every mounted service stands in the list, and its documentation is where the list says."""
    services = {service["name"]: service for service in gateway.get("/gateway/services").json()}
    assert {name: service["prefix"] for name, service in services.items()} == {
        "documents": DOCUMENTS,
        "accounts": ACCOUNTS,
    }
    for service in services.values():
        assert gateway.get(service["docs_url"]).status_code == 200
        document = gateway.get(service["openapi_url"]).json()
        assert document["servers"] == [{"url": service["prefix"]}]


@pytest.mark.parametrize("path", ["/", "/health", "/gateway/status", f"{DOCUMENTS}/health"])
def test_plain_pages_answer(gateway: Client, path: str) -> None:
    """The pages without parameters answer a JSON object."""
    answer = gateway.get(path)
    assert answer.status_code == 200
    assert isinstance(answer.json(), dict)


def test_the_root_document_stands_in_two_places(gateway: Client) -> None:
    """`/openapi.json` and `/docs/openapi.json` are the same document, without the mounted paths."""
    document = gateway.get("/openapi.json").json()
    assert gateway.get("/docs/openapi.json").json() == document
    assert set(document["paths"]) == {"/", "/health", "/gateway/status", "/gateway/services"}


def test_operation_ids_are_readable_and_unique(gateway: Client) -> None:
    """Operations are named after what they do."""
    paths = gateway.get(f"{DOCUMENTS}/openapi.json").json()["paths"]
    ids = [operation["operationId"] for item in paths.values() for operation in item.values()]
    assert len(ids) == len(set(ids)) == 10
    assert {"create_session", "upload_document", "read_chunks"} < set(ids)


def test_refusals_are_documented(gateway: Client) -> None:
    """The document names 404, 413 and 422 where they can happen."""
    paths = gateway.get(f"{DOCUMENTS}/openapi.json").json()["paths"]
    assert set(paths["/session/{session_id}/upload"]["post"]["responses"]) == {
        "201", "404", "413", "422",
    }  # fmt: skip
    assert set(paths["/{document_id}"]["delete"]["responses"]) == {"204", "404", "422"}


def test_a_document_lives_from_upload_to_deletion(gateway: Client) -> None:
    """What was uploaded is listed, read, cut into chunks, and gone after its deletion."""
    session_id = open_session(gateway)
    answer = upload(gateway, session_id, b"x" * 1200, description="a note")
    assert answer.status_code == 201
    document = answer.json()
    assert document["description"] == "a note"
    assert (document["size_bytes"], document["chunk_count"]) == (1200, 3)
    own = f"{DOCUMENTS}/{document['id']}"
    assert gateway.get(own).json() == document
    page = gateway.get(f"{DOCUMENTS}/", params={"session_id": session_id}).json()
    assert (page["items"], page["total"]) == ([document], 1)
    pieces = gateway.get(f"{own}/chunks", params={"limit": 2, "offset": 1}).json()
    assert [(piece["index"], len(piece["text"])) for piece in pieces["items"]] == [
        (1, 500),
        (2, 200),
    ]
    assert gateway.get(f"{DOCUMENTS}/session/{session_id}").json()["document_count"] == 1
    assert gateway.delete(own).status_code == 204
    assert gateway.get(own).status_code == 404
    assert gateway.delete(own).status_code == 404
    assert gateway.get(f"{DOCUMENTS}/session/{session_id}").json()["document_count"] == 0


def test_a_session_takes_its_documents_with_it(gateway: Client) -> None:
    """After the deletion of a session neither it nor its documents are there."""
    session_id = open_session(gateway)
    document_id = upload(gateway, session_id).json()["id"]
    assert gateway.delete(f"{DOCUMENTS}/session/{session_id}").status_code == 204
    assert gateway.get(f"{DOCUMENTS}/session/{session_id}").status_code == 404
    assert gateway.get(f"{DOCUMENTS}/{document_id}").status_code == 404
    assert upload(gateway, session_id).status_code == 404


def test_the_list_is_paged_newest_first(gateway: Client) -> None:
    """Limit and offset choose a page; the newest document comes first."""
    session_id = open_session(gateway)
    ids = [upload(gateway, session_id).json()["id"] for _ in range(3)]
    for query in ("limit=2&offset=1", f"limit=2&offset=1&session_id={session_id}"):
        page = gateway.get(f"{DOCUMENTS}/?{query}").json()
        assert [item["id"] for item in page["items"]] == [ids[1], ids[0]]


@pytest.mark.parametrize(
    "change",
    [
        {"title": ""},
        {"title": "x" * 121},
        {"owner_email": "nobody"},
        {"owner_email": f"{'x' * 250}@example.org"},
        {"tags": ["t"] * 11},
        {"tags": [""]},
        {"unknown": 1},
    ],
)
def test_a_session_that_breaks_a_rule_is_refused(gateway: Client, change: dict[str, Any]) -> None:
    """Lengths, the e-mail's form and unknown members are checked."""
    assert gateway.post(f"{DOCUMENTS}/sessions", json=WANTED | change).status_code == 422


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{DOCUMENTS}/?limit=0", 422),
        (f"{DOCUMENTS}/?limit=101", 422),
        (f"{DOCUMENTS}/?offset=-1", 422),
        (f"{DOCUMENTS}/?session_id=x", 422),
        (f"{DOCUMENTS}/not-a-uuid", 422),
        (f"{DOCUMENTS}/{UUID(int=0)}", 404),
        (f"{DOCUMENTS}/{UUID(int=0)}/chunks", 404),
        (f"{DOCUMENTS}/session/{UUID(int=0)}", 404),
    ],
)
def test_bad_questions_get_the_right_refusal(gateway: Client, path: str, status: int) -> None:
    """A malformed value is 422, a well-formed id that nobody has is 404."""
    assert gateway.get(path).status_code == status


def test_uploads_are_limited(gateway: Client) -> None:
    """A file of one byte too many is 413, a form without a file or with a long text is 422."""
    session_id = open_session(gateway)
    assert upload(gateway, session_id, b"x" * 1024 * 1024).status_code == 201
    assert upload(gateway, session_id, b"x" * (1024 * 1024 + 1)).status_code == 413
    assert upload(gateway, session_id, description="x" * 201).status_code == 422
    url = f"{DOCUMENTS}/session/{session_id}/upload"
    assert gateway.post(url, files={"other": b"x"}).status_code == 422


def test_notes_need_a_login(gateway: Client) -> None:
    """Without a token, or with a wrong one, every route but the login answers 401."""
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        for path in ("/me", "/tokens", "/notes", f"/notes/{uuid4()}"):
            answer = gateway.get(ACCOUNTS + path, headers=headers)
            assert answer.status_code == 401
            assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("username", "password"), [("ada", "wrong"), ("eve", "secret"), ("ä", "ä")]
)
def test_a_wrong_password_gives_no_token(gateway: Client, username: str, password: str) -> None:
    """Name and password must both fit."""
    form = {"username": username, "password": password}
    assert gateway.post(f"{ACCOUNTS}/token", data=form).status_code == 401


def test_a_token_opens_the_account(gateway: Client) -> None:
    """The token from the login reads the account and keeps notes; the token list is no secret."""
    form = {"username": "ada", "password": "secret"}
    token = gateway.post(f"{ACCOUNTS}/token", data=form).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert gateway.get(f"{ACCOUNTS}/me", headers=headers).json()["username"] == "ada"
    assert token not in gateway.get(f"{ACCOUNTS}/tokens", headers=headers).text
    answer = gateway.post(f"{ACCOUNTS}/notes", json={"title": "n"}, headers=headers)
    assert answer.status_code == 201
    url = f"{ACCOUNTS}/notes/{answer.json()['id']}"
    assert gateway.get(url, headers=headers).json() == answer.json()
    assert answer.json() in gateway.get(f"{ACCOUNTS}/notes", headers=headers).json()
    assert gateway.delete(url, headers=headers).status_code == 204
    assert gateway.get(url, headers=headers).status_code == 404


def test_the_oldest_values_leave_a_full_store() -> None:
    """The sum of the costs stays within the capacity; one value alone may exceed it."""
    store: BoundedStore[str, int] = BoundedStore(10, cost=int)
    assert store.add("a", 4) == []
    assert store.add("b", 5) == []
    assert store.add("c", 6) == [4, 5]
    assert store.newest(5) == [6]
    assert store.add("d", 11) == [6]
    assert store.pop("d") == 11
    assert store.pop("d") is None
    assert len(store) == 0


def test_a_full_library_stays_consistent() -> None:
    """Evicted documents leave their sessions, evicted sessions take their documents along."""
    library = Library(max_sessions=2, max_bytes=10_000)
    wanted = SessionCreate(title="t", owner_email="a@example.org")
    first = library.open_session(wanted)
    documents = [library.add_document(first, "f", "text/plain", b"x", "") for _ in range(4)]
    assert library.document(documents[0].id) is None
    assert library.document_count == first.document_count == 2
    for _ in range(2):
        library.open_session(wanted)
    assert library.session(first.id) is None
    assert (library.session_count, library.document_count) == (2, 0)
    assert library.newest(first.id, 10, 0) == ([], 0)


def test_chunks_cover_the_text_exactly() -> None:
    """Put together again, the chunks are the text; an empty text has none."""
    text = "".join(str(number % 10) for number in range(1001))
    assert "".join(chunk.text for chunk in chunks(text, 100, 0)) == text
    assert chunks("", 100, 0) == []


def test_delays_are_read() -> None:
    """Commas and semicolons separate; milliseconds and seconds are units; spaces do not matter."""
    text = f"GET {DOCUMENTS}/info=30ms; post /sessions = 1.5s,"
    assert parse_delays(text) == {
        ("GET", f"{DOCUMENTS}/info"): pytest.approx(0.03),
        ("POST", "/sessions"): 1.5,
    }
    assert parse_delays("") == {}


@pytest.mark.parametrize(
    "text", ["GET /info", "GET info=3ms", "/info=3ms", "GET /a=3", "GET /a=61s"]
)
def test_malformed_delays_are_refused(text: str) -> None:
    """What is no delay raises an error that quotes it."""
    with pytest.raises(DelayError, match=text):
        parse_delays(text)


@pytest.mark.parametrize("text", ["0", "-1", "four", "1.5", "10001"])
def test_a_malformed_concurrency_is_refused(text: str) -> None:
    """What is no number of requests raises an error that quotes it."""
    with pytest.raises(DelayError, match=re.escape(repr(text))):
        parse_concurrency(text)
    assert parse_concurrency("") is None
    assert parse_concurrency(" 4 ") == 4


def test_delayed_requests_wait_for_one_of_so_many_workers() -> None:
    """Six requests of 0.4 s, two at a time, take three rounds; others do not wait."""
    app = create_app({("GET", "/health"): 0.4}, at_a_time=2)
    with served(app) as client, ThreadPoolExecutor(7) as pool:
        client.get("/health")
        began = time.monotonic()
        health = [pool.submit(requests.get, f"{client.base_url}/health") for _ in range(6)]
        client.get("/gateway/status")
        assert not all(answer.done() for answer in health)
        assert all(answer.result().ok for answer in health)
        assert time.monotonic() - began >= 1.2


def test_workers_serve_exactly_what_their_number_and_the_delay_say() -> None:
    """Two at a time for 20 ms are a hundred a second, however late each request comes back."""
    workers = Workers(2)
    assert [workers.take(0.02, 1.0) for _ in range(5)] == pytest.approx(
        [0.02] * 2 + [0.04] * 2 + [0.06]
    )
    assert workers.take(0.02, 1.05) == pytest.approx(0.02)  # one is free since 1.04
    assert workers.take(0.02, 2.0) == pytest.approx(0.02)


def test_a_delay_for_an_unknown_route_is_refused() -> None:
    """A delay that would never show is a mistake."""
    with pytest.raises(DelayError, match="no route 'GET /nowhere'"):
        create_app(delays={("GET", "/nowhere"): 0.1})


def test_delays_slow_only_their_route() -> None:
    """A template's delay holds for its ids, and not for fixed paths that look like an id."""
    delays = {("GET", f"{DOCUMENTS}/{{document_id}}"): 1.0, ("GET", "/health"): 1.0}
    with served(create_app(delays)) as gateway:
        seconds = {
            path: gateway.get(path).elapsed.total_seconds()
            for path in ("/", "/health", f"{DOCUMENTS}/info", f"{DOCUMENTS}/{uuid4()}")
        }
    slow = [path for path, elapsed in seconds.items() if elapsed >= 1.0]
    assert slow == ["/health", [*seconds][-1]]


def test_answers_are_not_held_back() -> None:
    """The socket names its protocol; asyncio leaves Nagle's algorithm on where it does not."""
    with listen("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP


def run_to_end(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command that should end by itself."""
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=os.environ | environment,
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


@pytest.mark.end_to_end
@pytest.mark.parametrize("command", [["-m", "examples.gateway"], ["main.py"]])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_announces_itself_and_ends_cleanly(
    command: list[str], number: signal.Signals
) -> None:
    """One line says where the gateway listens, which is then true; a signal ends it with code 0."""
    with subprocess.Popen(
        [sys.executable, *command, "--port", "0"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            start = "Gateway listening on "
            assert line.startswith(f"{start}http://127.0.0.1:")
            with Client(line.removeprefix(start).strip()) as client:
                assert client.get("/health").status_code == 200
            process.send_signal(number)
            assert process.communicate(timeout=300) == ("", "")
            assert process.returncode == 0
        finally:
            process.kill()


@pytest.mark.end_to_end
def test_a_taken_port_is_one_line_and_code_1() -> None:
    """Who starts the gateway twice learns why the second does not start."""
    with listen("127.0.0.1", 0) as listener:
        port = str(listener.getsockname()[1])
        ended = run_to_end("-m", "examples.gateway", "--port", port)
    assert ended.returncode == 1
    assert (
        ended.stderr == f"gateway: port {port} on 127.0.0.1 is taken; choose another with --port\n"
    )


@pytest.mark.end_to_end
def test_a_malformed_delay_is_one_line_and_code_2() -> None:
    """GATEWAY_DELAY is checked before anything listens."""
    ended = run_to_end("main.py", GATEWAY_DELAY="GET /health=soon")
    assert ended.returncode == 2
    assert ended.stderr.startswith("gateway: GATEWAY_DELAY: cannot read 'GET /health=soon'")
    ended = run_to_end("main.py", GATEWAY_CONCURRENCY="many")
    assert ended.returncode == 2
    assert ended.stderr.startswith("gateway: GATEWAY_CONCURRENCY: 'many' is not a number")
    assert ended.stderr.count("\n") == 1
