"""Load scenarios for a gateway with a document service, and a model for scenarios of your own.

Three kinds of people use such a gateway: most work with documents of their own, others look around
and change nothing, and a monitor asks whether all is well. From the repository root:

    locust -f benchmark/locustfile.py --host=http://localhost:8000 --headless -u 10 -t 60s

A task says with `@needs` which routes it calls. Routes that the host does not have are noticed when
the test starts, and their tasks are left out with one line in the log.
"""

from __future__ import annotations

import random
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from locust import between, task

if find_spec("benchmark") is None:  # the suite is not installed: take it from this checkout
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmark.engine import RapidHttpUser
from benchmark.engine.routes import leave_out_missing_routes, missing_routes, needs

DOCUMENTS = "/api/v1/documents"
SESSIONS = f"{DOCUMENTS}/sessions"
SESSION = f"{DOCUMENTS}/session/{{session_id}}"
UPLOAD = f"{DOCUMENTS}/session/{{session_id}}/upload"
LISTING = f"{DOCUMENTS}/"
DOCUMENT = f"{DOCUMENTS}/{{document_id}}"
CHUNKS = f"{DOCUMENTS}/{{document_id}}/chunks"

PAGE_SIZE = 20
MOST_OWN_DOCUMENTS = 10
WORDS = "load test gateway session document chunk latency request answer user report page".split()

# Made once, when the file is imported: what a task computes, it computes in place of sending.
_random = random.Random(20)
TEXTS = [" ".join(_random.choices(WORDS, k=length)).encode() for length in (50, 150, 300, 600)]

leave_out_missing_routes("/openapi.json", f"{DOCUMENTS}/openapi.json")


class GatewayUser(RapidHttpUser):
    """What all users here have in common: they pause between one and three seconds."""

    abstract = True
    wait_time = between(1, 3)
    client: Any  # the engine's client takes `path=`; the types of Locust's do not know that


class BrowsingUser(GatewayUser):
    """Looks around and changes nothing."""

    weight = 2

    @task(2)
    @needs("GET /")
    def open_start_page(self) -> None:
        """The page that everybody sees first."""
        self.client.get("/")

    @task(2)
    @needs("GET /gateway/services")
    def look_at_services(self) -> None:
        """Which services there are."""
        self.client.get("/gateway/services")

    @task(1)
    @needs(f"GET {DOCUMENTS}/info")
    def read_about_the_service(self) -> None:
        """Version and limits of the document service."""
        self.client.get(f"{DOCUMENTS}/info")

    @task(4)
    @needs(f"GET {LISTING}")
    def browse_documents(self) -> None:
        """The newest documents, then an older page where there is one."""
        first = self.client.get(LISTING, params={"limit": PAGE_SIZE})
        total = members(first).get("total", 0)
        if total > PAGE_SIZE:
            offset = random.randrange(PAGE_SIZE, total)
            self.client.get(LISTING, params={"limit": PAGE_SIZE, "offset": offset})


class DocumentUser(GatewayUser):
    """Opens a session, fills it with documents, reads them, and cleans up when it leaves."""

    weight = 3

    def on_start(self) -> None:
        """Nobody's session, nobody's documents: every user works with what it made itself."""
        self.session_id: str | None = None
        self.document_ids: list[str] = []

    @task(3)
    @needs(f"POST {SESSIONS}", f"POST {UPLOAD}")
    def upload_document(self) -> None:
        """One more text in the own session; the oldest leaves once there are many."""
        session_id = self.own_session()
        if session_id is None:
            return
        answer = self.client.post(
            UPLOAD,
            path={"session_id": session_id},
            data={"description": "written by a load test"},
            files={"file": ("notes.txt", random.choice(TEXTS), "text/plain")},
        )
        if document_id := members(answer).get("id"):
            self.document_ids.append(document_id)
        if len(self.document_ids) > MOST_OWN_DOCUMENTS:
            self.delete_oldest_document()

    @task(2)
    @needs(f"POST {SESSIONS}", f"GET {SESSION}")
    def read_session(self) -> None:
        """The own session."""
        if session_id := self.own_session():
            self.client.get(SESSION, path={"session_id": session_id})

    @task(2)
    @needs(f"POST {SESSIONS}", f"GET {LISTING}")
    def list_own_documents(self) -> None:
        """The documents of the own session."""
        if session_id := self.own_session():
            self.client.get(LISTING, params={"session_id": session_id, "limit": PAGE_SIZE})

    @task(4)
    @needs(f"POST {SESSIONS}", f"POST {UPLOAD}", f"GET {DOCUMENT}")
    def read_document(self) -> None:
        """One of the own documents."""
        if document_id := self.own_document():
            self.client.get(DOCUMENT, path={"document_id": document_id})

    @task(3)
    @needs(f"POST {SESSIONS}", f"POST {UPLOAD}", f"GET {CHUNKS}")
    def read_chunks(self) -> None:
        """The text of one of the own documents; a document without text would be an error."""
        document_id = self.own_document()
        if document_id is None:
            return
        with self.client.get(
            CHUNKS, path={"document_id": document_id}, catch_response=True
        ) as answer:
            if answer.status_code == 200 and not members(answer).get("items"):
                answer.failure("the document has no chunks")

    @task(1)
    @needs(f"DELETE {DOCUMENT}")
    def delete_oldest_document(self) -> None:
        """The oldest of the own documents."""
        if self.document_ids:
            self.client.delete(DOCUMENT, path={"document_id": self.document_ids.pop(0)})

    @needs(f"DELETE {SESSION}")
    def on_stop(self) -> None:
        """Leave nothing behind; a session takes its documents with it."""
        if self.session_id and f"DELETE {SESSION}" not in missing_routes:
            self.client.delete(SESSION, path={"session_id": self.session_id})

    def own_session(self) -> str | None:
        """The session of this user, opened on first use; None where that failed."""
        if self.session_id is None:
            wanted = {"title": "Load test", "owner_email": "load@example.org", "tags": ["test"]}
            self.session_id = members(self.client.post(SESSIONS, json=wanted)).get("id")
        return self.session_id

    def own_document(self) -> str | None:
        """One of the own documents, the first uploaded on first use; None where that failed."""
        if not self.document_ids:
            self.upload_document()
        return random.choice(self.document_ids) if self.document_ids else None


class MonitorUser(GatewayUser):
    """Asks whether all is well, as a monitoring system does."""

    weight = 1

    @task(3)
    @needs("GET /health")
    def check_gateway(self) -> None:
        """The gateway's health."""
        self.check("/health")

    @task(2)
    @needs(f"GET {DOCUMENTS}/health")
    def check_documents(self) -> None:
        """The document service's health."""
        self.check(f"{DOCUMENTS}/health")

    @task(1)
    @needs("GET /gateway/status")
    def check_status(self) -> None:
        """The state of all services."""
        self.check("/gateway/status")

    def check(self, url: str) -> None:
        """A service that answers 200 and calls itself ill has failed all the same."""
        with self.client.get(url, catch_response=True) as answer:
            status = members(answer).get("status", "ok")
            if status in {"degraded", "down", "error", "unhealthy"}:
                answer.failure(f"the status is {status}")


def members(answer: Any) -> dict[str, Any]:
    """The members of a JSON object in a successful answer; none where it is anything else."""
    if not 200 <= answer.status_code < 300:
        return {}
    try:
        content = answer.json()
    except (ValueError, TypeError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
