"""From a target to its documents: by crawling it, or from documents that the user named."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmark.errors import BenchmarkError, DocumentError, TargetError, UsageError
from benchmark.generators.documents import (
    DocumentLimits,
    declared_servers,
    read_document,
    why_not_openapi,
)
from benchmark.generators.documents.references import is_web
from benchmark.generators.subapp_discovery import places
from benchmark.generators.subapp_discovery.found import CrawlResult, FoundDocument
from benchmark.generators.subapp_discovery.mounts import (
    Application,
    arrange,
    merge_places,
    settle,
    settle_one,
)
from benchmark.generators.subapp_discovery.related import with_related_files, with_related_urls
from benchmark.generators.transport import Transport, TransportFailure
from benchmark.models import Discovery, Note, Target

CRAWL_SHARE = 0.8
"""The part of the time limit after which no more places are asked; the rest settles prefixes."""

INLINE = "the given document"
"""What a document is called that was given as a value."""


def discover(target: Target, *, timeout_seconds: float = 30.0) -> Discovery:
    """Every application at the target's base URL, within `timeout_seconds`. Sends GETs only.

    Raises TargetError where nothing answers or nothing is found, DocumentError where what should
    be a document is broken and nothing else is there.
    """
    if timeout_seconds <= 0:
        raise UsageError("the time limit of the discovery is not above 0", "30 seconds is usual")
    from benchmark.generators.subapp_discovery.crawl import crawl  # noqa: PLC0415 - many patterns

    start = time.monotonic()
    with Transport(target, timeout=places.REQUEST_SECONDS, connections=places.WORKERS) as transport:
        result = crawl(transport, target.base_url, start + timeout_seconds * CRAWL_SHARE)
        deadline = start + timeout_seconds
        found, unread = _with_related(merge_places(result.documents), transport, deadline)
        documents, notes = settle(found, target.base_url, transport, deadline)
        if not documents:
            raise _nothing(target, result)
        missed = (*_denied_note(target, result), *_late_note(target, result))
        all_notes = (*result.notes, *result.broken, *missed, *unread, *notes)
        unique_notes = tuple(dict.fromkeys(all_notes))
        return Discovery(target.base_url, documents, unique_notes, transport.requests_sent)


def _with_related(
    documents: Sequence[FoundDocument], transport: Transport, deadline: float
) -> tuple[list[FoundDocument], list[Note]]:
    found: list[FoundDocument] = []
    notes: list[Note] = []
    for document in documents:
        whole, unread = with_related_urls(document, transport, deadline)
        found.append(whole)
        notes += unread
    return found, notes


def discover_from_specs(
    target: Target, specs: Sequence[str], *, timeout_seconds: float = 30.0
) -> Discovery:
    """The applications that the named documents (files or URLs) describe.

    The host is the target's, whatever a document says; the path of its `servers` stays.
    Raises UsageError for a file that cannot be read, TargetError for a URL that does not answer,
    DocumentError for what is no OpenAPI document.
    """
    deadline = time.monotonic() + timeout_seconds
    notes: list[Note] = []
    applications = []
    with Transport(target, timeout=timeout_seconds, connections=places.WORKERS) as transport:
        for spec in specs:
            if is_web(spec) and transport.allows(spec):
                document, unread = with_related_urls(_fetched(transport, spec), transport, deadline)
                application, more = settle_one(document, target.base_url, transport, deadline)
                notes += (*unread, *more)
            else:
                document, unread = (
                    _elsewhere(target, spec, timeout_seconds)
                    if is_web(spec)
                    else with_related_files(_file(spec))
                )
                notes += unread
                application = Application(document, _declared_prefix(document, target, notes))
            if not application.operations():
                raise _without_operations(spec, document, unread)
            applications.append(application)
        documents = arrange(applications, target.base_url, notes)
        return Discovery(
            target.base_url, documents, tuple(dict.fromkeys(notes)), transport.requests_sent
        )


def discover_from_value(target: Target, document: Mapping[str, Any]) -> Discovery:
    """The application that a document describes which is given as a value. Nothing is sent.

    Raises DocumentError for what is no OpenAPI document, or none with operations.
    """
    notes: list[Note] = []
    try:
        found = _read(json.dumps(document).encode(), INLINE)
    except (TypeError, ValueError, RecursionError) as error:
        raise DocumentError(f"{INLINE} is no JSON: {error}", "give it as an object") from error
    application = Application(found, _declared_prefix(found, target, notes))
    if not application.operations():
        raise _without_operations(INLINE, found, ())
    documents = arrange([application], target.base_url, notes)
    return Discovery(target.base_url, documents, tuple(dict.fromkeys(notes)))


# ── Nothing found ─────────────────────────────────────────────────────────────────────────────────


def _nothing(target: Target, result: CrawlResult) -> BenchmarkError:
    if result.failure:
        return TargetError(
            f"{target.base_url} is not reachable: {result.failure}",
            "start the API, or correct the address (--host)",
        )
    if result.broken:
        first = result.broken[0]
        message = (
            first.message if first.where in first.message else f"{first.where} {first.message}"
        )
        hint = result.broken_hint or "correct the document, or give another one with --spec"
        return DocumentError(message, hint)
    if result.documents:
        return _without_operations(result.documents[0].url, result.documents[0], ())
    hint = "give the document with --spec FILE_OR_URL"
    if result.late:
        hint = f"find out why that place is so slow; {hint}"
    if result.denied:
        path = urlsplit(result.denied[0]).path
        hint += f", or credentials with --token or --header: {path} asks for them"
    reported = next((n.message for n in result.notes if "redirects" in n.message), "")
    if reported:
        hint += ", or name the host that it redirects to (--host, or --allow-host besides)"
    if len(result.statuses) == 1 and (status := min(result.statuses)) >= 500:
        hint = "look into the server's log, or correct the address (--host)"
        reported = f"all answer with status {status}"
    left = next((n.message for n in result.notes if "were not asked" in n.message), "")
    details = "".join(f"; {text}" for text in (reported, _late(result), left) if text)
    usual = ", /openapi.json, /swagger.json, /docs and /api/v1/openapi.json among them"
    usual = "" if left else usual
    return TargetError(
        f"no OpenAPI document was found at {target.base_url}: {result.asked} places were asked"
        f"{usual}{details}",
        hint,
    )


def _without_operations(
    where: str, document: FoundDocument, unread: Sequence[Note]
) -> DocumentError:
    """Why a document that can be read is of no use."""
    message = f"{where} describes no operations"
    if unread:
        more = f" (and {len(unread) - 1} more)" if len(unread) > 1 else ""
        return DocumentError(
            f"{message} that could be read: {unread[0].message}{more}",
            "keep all files of the description together, in the folder of the first or below it",
        )
    if document.spec.get("webhooks"):
        return DocumentError(f"{message}, only webhooks", "those are requests that the API sends")
    return DocumentError(message, "its paths are empty")


def _denied_note(target: Target, result: CrawlResult) -> tuple[Note, ...]:
    paths = [urlsplit(url).path for url in result.denied]
    if not paths:
        return ()
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    message = f"{paths[0]}{more} asked for credentials; a document may be hidden there"
    return (Note(target.base_url, message),)


def _late_note(target: Target, result: CrawlResult) -> tuple[Note, ...]:
    late = _late(result)
    return (Note(target.base_url, f"{late}; a document may be there"),) if late else ()


def _late(result: CrawlResult) -> str:
    """Which places of documents did not answer, and for how long they were waited for."""
    if not result.late:
        return ""
    first = result.late[0]
    more = f" (as {len(result.late) - 1} more places)" if len(result.late) > 1 else ""
    return f"GET {urlsplit(first.where).path}: {first.message}{more}"


# ── Named documents ───────────────────────────────────────────────────────────────────────────────


def _fetched(transport: Transport, url: str) -> FoundDocument:
    reply = transport.get(url, places.ACCEPT)
    if isinstance(reply, TransportFailure):
        raise TargetError(f"{url} cannot be fetched: {reply.message}", "correct the --spec address")
    try:
        return _read(reply.body, reply.url)
    except DocumentError as error:
        if reply.status < 300:
            raise
        message = f"{url} answers with status {reply.status} and no OpenAPI document"
        raise DocumentError(message, "correct the --spec address, or give credentials") from error


def _elsewhere(
    target: Target, url: str, timeout_seconds: float
) -> tuple[FoundDocument, tuple[Note, ...]]:
    """A document on another host: the user named it, but the target's credentials stay here."""
    parts = urlsplit(url)
    site = Target(
        f"{parts.scheme}://{parts.netloc}",
        verify_tls=target.verify_tls,
        addresses=target.addresses,
    )
    with Transport(site, timeout=timeout_seconds) as transport:
        deadline = time.monotonic() + timeout_seconds
        return with_related_urls(_fetched(transport, url), transport, deadline)


def _file(name: str) -> FoundDocument:
    path = Path(name)
    limit = DocumentLimits().max_bytes
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no usable file name"
        raise UsageError(
            f"the document {name!r} cannot be read: {reason}",
            "--spec takes a file, or an address that begins with http:// or https://",
        ) from error
    return _read(data, name)


def _read(data: bytes, where: str) -> FoundDocument:
    spec = read_document(data, where)
    if reason := why_not_openapi(spec):
        raise DocumentError(
            f"{where} is no OpenAPI document: {reason}",
            "an OpenAPI 3 or Swagger 2.0 document, in JSON or YAML, is needed",
        )
    return FoundDocument((where,), spec)


def _declared_prefix(document: FoundDocument, target: Target, notes: list[Note]) -> str:
    servers = declared_servers(document.spec, document.url)
    if not servers:
        return urlsplit(target.base_url).path.rstrip("/")
    own = urlsplit(target.base_url).netloc.lower()
    chosen = next((server for server in servers if server.host in ("", own)), servers[0])
    if chosen.host not in ("", own):
        message = f"says that its API is at {chosen.host}; the host that was given is used"
        notes.append(Note(document.url, message))
    return chosen.path or urlsplit(target.base_url).path.rstrip("/")
