"""What the crawl hands on: documents where they were found, and how answers are compared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from benchmark.generators.documents.references import DocumentSet, UnresolvedError
from benchmark.generators.transport.replies import Reply
from benchmark.models import Note

_SIGN_IN = re.compile(r"/(log-?_?in|sign-?_?in|sso)\b", re.IGNORECASE)
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")


@dataclass(frozen=True, slots=True)
class FoundDocument:
    """A document, the places that serve it (the first one found first) and its page, if any.

    `related` are the documents that it refers to, as `ApiDocument` has them.
    """

    places: tuple[str, ...]
    spec: Mapping[str, Any] = field(repr=False)
    docs_url: str | None = None
    related: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def url(self) -> str:
        """The place that stands for the document."""
        return self.places[0]

    def path_items(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Every path with its path item, wherever that stands."""
        return path_items(self.spec, self.url, self.related)

    def operations(self) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """Method, path and operation object of every operation."""
        return operations(self.spec, self.url, self.related)

    def also_at(self, other: FoundDocument) -> FoundDocument:
        """The same document with the places of the other one."""
        places = tuple(dict.fromkeys((*self.places, *other.places)))
        return replace(self, places=places, docs_url=self.docs_url or other.docs_url)


@dataclass(frozen=True, slots=True)
class CrawlResult:
    """Everything that a crawl saw.

    `broken` are places that should hold a document but do not; `denied` are those that answered
    401, 403 or 407; `late` are places of documents that did not answer in time, and what is known
    of that; `failure` is why the first request failed, if no request was ever answered; `statuses`
    are those of all answers.
    """

    documents: tuple[FoundDocument, ...]
    notes: tuple[Note, ...]
    broken: tuple[Note, ...]
    denied: tuple[str, ...]
    late: tuple[Note, ...]
    asked: int
    failure: str = ""
    broken_hint: str = ""
    statuses: frozenset[int] = frozenset()


def same_answer(reply: Reply, other: Reply) -> bool:
    """Whether two paths got what comes down to the same answer.

    Pages of single-page applications differ in nonces only, errors in times and paths only; a body
    that repeats its own path counts without it.
    """
    if reply.status != other.status:
        return False
    if not 200 <= reply.status < 300:
        return True
    if is_html(reply) and is_html(other):
        return True
    return _without_path(reply) == _without_path(other)


def is_html(reply: Reply) -> bool:
    """Whether an answer is a web page: by its content, since documents come as text/html too."""
    start = reply.body[:500].lstrip().lower()
    marked = start.startswith((b"<!doctype html", b"<html"))
    return marked or (start.startswith(b"<") and reply.content_type == "text/html")


def leads_to_sign_in(asked: str, reply: Reply) -> bool:
    """Whether what was asked for redirected to a page where people sign in."""
    there = urlsplit(reply.url).path.rstrip("/")
    return there != urlsplit(asked).path.rstrip("/") and bool(_SIGN_IN.search(there))


def _without_path(reply: Reply) -> bytes:
    path = urlsplit(reply.url).path.encode()
    return reply.body.replace(path, b"").replace(path.rpartition(b"/")[2] or b"\x00", b"")


def operations(
    spec: Mapping[str, Any], url: str = "", related: Mapping[str, Any] | None = None
) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Method, path and operation object of every operation of a raw document."""
    documents = DocumentSet(spec, url, related)
    for path, item in path_items(spec, url, related):
        for method, declared in item.items():
            operation = _followed(documents, declared) if method in _METHODS else None
            if operation is None and isinstance(declared, dict):
                operation = {}  # its description stands where nothing was read
            if method in _METHODS and isinstance(operation, dict):
                yield method.upper(), path, operation


def path_items(
    spec: Mapping[str, Any], url: str = "", related: Mapping[str, Any] | None = None
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every path of a raw document with its path item, references followed."""
    documents = DocumentSet(spec, url, related)
    paths = _followed(documents, spec.get("paths"))
    for path, declared in paths.items() if isinstance(paths, dict) else ():
        item = _followed(documents, declared)
        if isinstance(path, str) and path.startswith("/") and isinstance(item, dict):
            if item is not declared:
                item = {**item, **{k: v for k, v in declared.items() if k != "$ref"}}
            yield path, item


def _followed(documents: DocumentSet, value: Any) -> Any:
    try:
        return documents.follow(value)
    except UnresolvedError:
        return None
