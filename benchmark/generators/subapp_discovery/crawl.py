"""Asks a target for its documents: well-known places first, then whatever the answers point to."""

from __future__ import annotations

import heapq
import json
import logging
import secrets
import time
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from functools import partial
from typing import Literal
from urllib.parse import urlsplit

from benchmark.errors import DocumentError
from benchmark.generators.documents import (
    declared_servers,
    document_version,
    is_openapi,
    read_document,
)
from benchmark.generators.subapp_discovery import hints, places
from benchmark.generators.subapp_discovery.found import (
    CrawlResult,
    FoundDocument,
    is_html,
    leads_to_sign_in,
    same_answer,
)
from benchmark.generators.subapp_discovery.threads import begin
from benchmark.generators.transport import Reply, Transport, TransportFailure
from benchmark.models import Note

log = logging.getLogger("benchmark.discovery")

MAX_REQUESTS = 500
MAX_PREFIXES = 40
MAX_DOCUMENTS = 100
_MAX_HINT_BYTES = 4 * 1024 * 1024
_UNREACHABLE = frozenset({"refused", "unresolved", "tls", "not http"})
_DENIED = frozenset({401, 403, 407})
_SIGNS = (b'"openapi"', b'"swagger"', b"openapi:", b"swagger:", b"'openapi'", b"'swagger'")

Kind = Literal["root", "random", "document", "page", "listing"]

# What is asked first where not all can be asked.
_TOLD, _LINKED, _KNOWN, _PAGES, _MOUNTS, _COMMON, _GUESSED = range(1, 8)


@dataclass(frozen=True, slots=True)
class _Ask:
    rank: tuple[float, int]
    url: str
    kind: Kind
    referrer: str | None = None
    mount: str | None = None


def crawl(transport: Transport, base_url: str, deadline: float) -> CrawlResult:
    """Every document that can be found by `deadline`, a time on the monotonic clock."""
    return _Crawl(transport, base_url, deadline).run()


class _Crawl:
    """The state of one crawl. Only the requests run in threads; all else in the caller's."""

    def __init__(self, transport: Transport, base_url: str, deadline: float) -> None:
        self._transport = transport
        self._deadline = deadline
        self._root = base_url.rstrip("/") + "/"
        parts = urlsplit(base_url)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._bases = tuple(dict.fromkeys((parts.path.rstrip("/"), "")))
        self._queue: list[tuple[tuple[float, int], _Ask]] = []
        self._seen: set[str] = set()
        self._mounts: dict[str, None] = {}
        self._served_mounts: set[str] = set()  # a document was found there, or none can be
        self._documents: dict[str, FoundDocument] = {}
        self._ranks: dict[str, tuple[float, int]] = {}
        self._page_of: dict[str, str] = {}
        self._notes: dict[Note, None] = {}
        self._broken: dict[Note, str] = {}
        self._denied: list[str] = []
        self._late: dict[tuple[float, int], Note] = {}
        self._random: Reply | None = None
        self._failure = ""
        self._unreachable = False
        self._answered = False
        self._asked = 0
        self._statuses: set[int] = set()

    def run(self) -> CrawlResult:
        self._add(0, self._root, "root")
        self._add(0, f"{self._origin}/{secrets.token_hex(8)}", "random")
        self._work()
        if not self._unreachable:
            self._add_known_places()
            self._work()
        self._note_what_was_left()
        return CrawlResult(
            documents=tuple(
                FoundDocument(d.places, d.spec, d.docs_url or self._page_of.get(d.url))
                # In the order of asking: that of the answers differs from time to time.
                for d in sorted(self._documents.values(), key=lambda d: self._ranks[d.url])
            ),
            notes=tuple(self._notes),
            broken=tuple(self._broken),
            denied=tuple(self._denied),
            late=tuple(note for _, note in sorted(self._late.items())),
            asked=self._asked,
            failure="" if self._answered else self._failure or "the time limit was reached",
            broken_hint=next(iter(self._broken.values()), ""),
            statuses=frozenset(self._statuses),
        )

    # ── What to ask ──────────────────────────────────────────────────────────────────────────────

    def _add_known_places(self) -> None:
        for base in self._bases:
            for rank, place in enumerate(places.DOCUMENT_PLACES):
                self._add(_KNOWN + rank / 100, self._origin + base + place, "document")
            for place in places.LISTINGS:
                self._add(_PAGES, self._origin + base + place, "listing")
            for place in places.PAGES:
                self._add(_PAGES, self._origin + base + place, "page")
        for prefix in places.COMMON_PREFIXES:
            self._add_mount(self._origin + self._bases[0] + prefix, _COMMON)

    def _add_mount(self, url: str, priority: int) -> None:
        """Ask for documents below a place where an application may be mounted."""
        url = url.partition("?")[0].rstrip("/")
        path = urlsplit(url).path
        if url in self._mounts or path in self._bases or not self._transport.allows(url):
            return
        if len(self._mounts) >= MAX_PREFIXES:
            message = f"more than {MAX_PREFIXES} places may hold applications; the rest was left"
            self._note(self._origin, message)
            return
        self._mounts[url] = None
        for rank, place in enumerate(places.PREFIX_PLACES):
            kind: Kind = "page" if place == "/docs" else "document"
            self._add(priority + rank / 10, url + place, kind, mount=url)

    def _add_hints(self, found: hints.Hints, ask: _Ask, page: str | None) -> None:
        for url in found.documents:
            if page is not None:
                self._page_of.setdefault(url, page)
            if self._transport.allows(url):
                self._add(_TOLD, url, "document", referrer=page)
            else:
                host = urlsplit(url).netloc
                message = f"names a document on {host}, which was not asked (--allow-host {host})"
                self._note(ask.url, message)
        for url in found.pages:
            self._add(_LINKED, url, "page", referrer=page)
        for url in found.listings:
            self._add(_LINKED, url, "listing")
        for url in found.prefixes:
            self._add_mount(url, _MOUNTS)
        if ask.kind == "listing" and not (found.documents or found.pages or found.prefixes):
            for name in found.names[:10]:
                for parent in ("", "/api", "/api/v1"):
                    self._add_mount(f"{self._origin}{parent}/{name}", _GUESSED)

    def _add(
        self,
        priority: float,
        url: str,
        kind: Kind,
        *,
        referrer: str | None = None,
        mount: str | None = None,
    ) -> None:
        if url in self._seen or not self._transport.allows(url):
            return
        self._seen.add(url)
        rank = (priority, len(self._seen))
        heapq.heappush(self._queue, (rank, _Ask(rank, url, kind, referrer, mount)))

    # ── Asking ───────────────────────────────────────────────────────────────────────────────────

    def _work(self) -> None:
        """Ask until nothing is left to ask, or a limit is reached."""
        running: dict[Future[Reply | TransportFailure], _Ask] = {}
        while True:
            while len(running) < places.WORKERS and (ask := self._next()) is not None:
                left = self._deadline - time.monotonic()
                limit = min(places.REQUEST_SECONDS, left)
                get = partial(self._transport.get, ask.url, places.ACCEPT, timeout=limit)
                running[begin(get)] = ask
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                self._take(running.pop(future), future.result())

    def _next(self) -> _Ask | None:
        while self._queue and not self._limit():
            ask = heapq.heappop(self._queue)[1]
            if ask.mount is None or ask.mount not in self._served_mounts:
                self._asked += 1
                return ask
        return None

    def _limit(self) -> str:
        if self._asked >= MAX_REQUESTS:
            return f"the limit of {MAX_REQUESTS} requests was reached"
        if time.monotonic() >= self._deadline:
            return "the time limit was reached"
        return ""

    def _note_what_was_left(self) -> None:
        left = [ask.url for _, ask in self._queue if ask.mount not in self._served_mounts]
        if left and self._answered:
            what = f"{len(left)} places were not asked, {urlsplit(left[0]).path} among them"
            self._note(self._origin, f"{what}: {self._limit()}")

    # ── Answers ──────────────────────────────────────────────────────────────────────────────────

    def _take(self, ask: _Ask, outcome: Reply | TransportFailure) -> None:
        if isinstance(outcome, TransportFailure):
            log.debug("GET %s: %s", ask.url, outcome.message)
            self._take_failure(ask, outcome)
            return
        log.debug("GET %s: %d %s", ask.url, outcome.status, outcome.content_type)
        self._answered = True
        self._statuses.add(outcome.status)
        if ask.kind == "random":
            self._random = outcome
            return
        is_denied = outcome.status in _DENIED and ask.kind != "listing"
        if is_denied or (ask.kind == "document" and leads_to_sign_in(ask.url, outcome)):
            self._denied.append(ask.url)
        if self._take_document(ask, outcome) or len(outcome.body) > _MAX_HINT_BYTES:
            return
        link = outcome.headers.get("Link")
        if link:
            self._add_hints(hints.link_header_hints(link, outcome.url), ask, None)
        if ask.kind == "root" or outcome.status < 300:
            self._take_text(ask, outcome)

    def _take_failure(self, ask: _Ask, failure: TransportFailure) -> None:
        if ask.kind == "root" or failure.kind in ("redirect", "too large"):
            self._note(ask.url, failure.message)
        if failure.kind == "redirect":
            self._answered = True
        if failure.kind == "timeout" and ask.kind == "document":
            self._late[ask.rank] = Note(ask.url, failure.message)
        if ask.kind == "root" and failure.kind in _UNREACHABLE:
            self._unreachable = True
        self._failure = self._failure or failure.message

    def _take_document(self, ask: _Ask, reply: Reply) -> bool:
        """Whether the answer is a document, good or broken."""
        path = urlsplit(reply.url).path
        expected = reply.status < 300 and places.names_document(path)
        if is_html(reply):
            if expected and (self._random is None or not same_answer(reply, self._random)):
                self._note_broken(reply.url, "is a web page where a document is expected", "")
            return False
        if not any(sign in reply.body for sign in _SIGNS) and not expected:
            return False
        try:
            spec = read_document(reply.body, reply.url)
        except DocumentError as error:
            if expected or (reply.status < 300 and reply.body.lstrip()[:1] == b"{"):
                self._note_broken(reply.url, error.message, error.hint)
            return False
        if not is_openapi(spec):
            if expected and ("openapi" in spec or "swagger" in spec):
                lacks = "paths" if document_version(spec) else "a version of OpenAPI that is known"
                self._note_broken(reply.url, f"is no OpenAPI document: it lacks {lacks}", "")
            return False
        page = ask.referrer or (ask.url if places.names_page(path) else None)
        self._keep(FoundDocument((reply.url,), spec, page), ask)
        return True

    def _keep(self, document: FoundDocument, ask: _Ask) -> None:
        if len(self._documents) >= MAX_DOCUMENTS:
            self._note(self._origin, f"more than {MAX_DOCUMENTS} documents; the rest was left")
            return
        if document.url in self._documents:
            return
        self._documents[document.url] = document
        self._ranks[document.url] = ask.rank
        if ask.mount is not None:
            self._served_mounts.add(ask.mount)
        servers = declared_servers(document.spec, document.url)
        own = [s.path for s in servers if s.host == urlsplit(document.url).netloc.lower()]
        prefix = own[0] if own else places.document_directory(urlsplit(document.url).path)
        for path in own:
            self._add_mount(self._origin + path, _MOUNTS)
        self._served_mounts |= hints.parameter_parents(document.spec, self._origin + prefix)
        self._add_hints(hints.document_hints(document.spec, self._origin + prefix), ask, None)

    def _take_text(self, ask: _Ask, reply: Reply) -> None:
        """Follow what a page, a script or a listing points to."""
        page = reply.url if is_html(reply) else ask.referrer
        start = reply.body.lstrip()[:1]
        if start in (b"{", b"["):
            try:
                value = json.loads(reply.body)
            except (ValueError, RecursionError):
                return
            if ask.kind == "root" or self._random is None or not same_answer(reply, self._random):
                self._add_hints(hints.json_hints(value, reply.url), ask, None)
            return
        if ask.kind in ("root", "page") or is_html(reply):
            found = hints.page_hints(reply.text, reply.url)
            self._add_hints(found, ask, page)
            for number, data in enumerate(found.embedded):
                self._keep_embedded(data, reply.url, number, ask, page)

    def _keep_embedded(
        self, data: bytes, url: str, number: int, ask: _Ask, page: str | None
    ) -> None:
        try:
            spec = read_document(data, url)
        except DocumentError as error:
            self._note_broken(url, error.message, error.hint)
            return
        place = url if number == 0 else f"{url}#{number + 1}"
        self._keep(FoundDocument((place,), spec, page), ask)

    # ── Notes ────────────────────────────────────────────────────────────────────────────────────

    def _note(self, where: str, message: str) -> None:
        self._notes[Note(where, message)] = None

    def _note_broken(self, where: str, message: str, hint: str) -> None:
        self._broken.setdefault(Note(where, message), hint)
