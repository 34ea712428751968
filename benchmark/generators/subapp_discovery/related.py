"""Loads the documents that a document's references lead to, as far as that is allowed.

Allowed are files in the folder of the document or below it, and, for a document that came from a
URL, URLs of the same scheme, host and port. Whatever else a reference names is reported, once, and
neither opened nor asked.
"""

from __future__ import annotations

import os
import stat
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from benchmark.errors import DocumentError
from benchmark.generators.documents import DocumentLimits, read_value
from benchmark.generators.documents.identifiers import same_site, self_uri, with_pointers
from benchmark.generators.documents.references import (
    DOCUMENT_SUFFIXES,
    DocumentSet,
    UnresolvedError,
    is_web,
    key_of,
    rebased,
    references_in,
)
from benchmark.generators.subapp_discovery import places
from benchmark.generators.subapp_discovery.found import FoundDocument
from benchmark.generators.transport import MAX_REDIRECTS, Transport, TransportFailure
from benchmark.models import Note

_ACCEPT = "application/json, application/yaml, */*;q=0.5"
_OUTSIDE = "leads out of the document's folder; not read"
_O_NONBLOCK = getattr(os, "O_NONBLOCK", 0)  # opening a pipe must not wait for its other end
_PART_LIMITS = DocumentLimits(
    max_bytes=16 * 1024 * 1024, max_nodes=2_000_000, max_alias_nodes=5_000
)


@dataclass(frozen=True, slots=True)
class RelatedLimits:
    """How much is read beyond the document that was named or found.

    `max_documents` and `max_bytes` are for all related documents of one document together,
    `max_chain` is how many documents a chain of references may pass through, `max_notes` how many
    references are reported. `document` limits each of them.
    """

    max_documents: int = 200
    max_bytes: int = 64 * 1024 * 1024
    max_chain: int = 20
    max_notes: int = 50
    document: DocumentLimits = _PART_LIMITS


class _NotReadError(Exception):
    """Why a document is not read; the text goes on after "the reference …"."""


def with_related_files(
    document: FoundDocument, limits: RelatedLimits = RelatedLimits()
) -> tuple[FoundDocument, tuple[Note, ...]]:
    """A document that was read from a file, with the files beside it that it refers to."""
    folder = Path(document.url).parent

    def read(key: str) -> tuple[bytes, str]:
        return _read_file(folder, key, limits.document.max_bytes), key

    return _Loading(document, read, limits).run()


def with_related_urls(
    document: FoundDocument,
    transport: Transport,
    deadline: float,
    limits: RelatedLimits = RelatedLimits(),
) -> tuple[FoundDocument, tuple[Note, ...]]:
    """A document that came from a URL, with the same site's documents that it refers to.

    `deadline` is a time on the monotonic clock.
    """

    def read(key: str) -> tuple[bytes, str]:
        return _fetch(transport, document.url, key, deadline)

    return _Loading(document, read, limits).run()


class _Loading:
    """The related documents of one document so far, and what could not be read."""

    def __init__(
        self,
        document: FoundDocument,
        read: Callable[[str], tuple[bytes, str]],
        limits: RelatedLimits,
    ) -> None:
        self._document = document
        self._plain = with_pointers(document.spec, document.url)
        self._self = self_uri(document.spec)
        self._read = read
        self._limits = limits
        self._main = DocumentSet(self._plain, document.url)
        self._related: dict[str, Any] = {}
        self._notes: dict[Note, None] = {}
        self._bytes_left = limits.max_bytes

    def run(self) -> tuple[FoundDocument, tuple[Note, ...]]:
        waiting = deque((reference, 1) for reference in self._leading_out(self._plain))
        tried: set[str] = set()
        while waiting:
            reference, chain = waiting.popleft()
            key = self._key(reference)
            if key in tried:
                continue
            if len(tried) >= self._limits.max_documents or self._bytes_left < 0:
                self._note(
                    f"its references beyond {len(tried)} other documents are not followed "
                    "(RelatedLimits)"
                )
                break
            tried.add(key)
            try:
                value, found_at = self._value(key, chain)
            except _NotReadError as reason:
                self._note(f"the reference {reference[:200]!r} {reason}")
            except DocumentError as error:
                message = f"the reference {reference[:200]!r} cannot be followed: {error.message}"
                self._note(message)
            else:
                url = self._document.url
                self._related[key] = rebased(value, key, url, self._self, found_at)
                found = self._leading_out(self._related[key])
                waiting.extend((further, chain + 1) for further in found)
        return replace(self._document, related=self._related), tuple(self._notes)

    def _key(self, reference: str) -> str:
        return key_of(reference.partition("#")[0], "", self._document.url, self._self)

    def _value(self, key: str, chain: int) -> tuple[Any, str]:
        """What a document holds, and where it was found in the end."""
        limits = self._limits
        if chain > limits.max_chain:
            raise _NotReadError(
                f"is the end of a chain of more than {limits.max_chain} documents "
                "(RelatedLimits.max_chain)"
            )
        data, found_at = self._read(key)
        self._bytes_left -= len(data)
        if self._bytes_left < 0:
            raise _NotReadError(
                f"would make more than {limits.max_bytes:,} bytes of documents "
                "(RelatedLimits.max_bytes)"
            )
        return read_value(data, key, limits.document), found_at

    def _leading_out(self, value: Any) -> Iterator[str]:
        """The references of a value that lead to other documents than the main one, each once."""
        for reference in dict.fromkeys(references_in(value)):
            if reference.startswith("#"):
                continue
            try:
                self._main.locate(reference)
            except UnresolvedError:
                if self._key(reference):
                    yield reference

    def _note(self, message: str) -> None:
        if len(self._notes) < self._limits.max_notes:
            self._notes[Note(self._document.url, message)] = None
        elif len(self._notes) == self._limits.max_notes:
            more = f"more than {self._limits.max_notes} references could not be followed"
            self._notes[Note(self._document.url, more)] = None


# ── Files ─────────────────────────────────────────────────────────────────────────────────────────


def _read_file(folder: Path, key: str, limit: int) -> bytes:
    """The content of a file in the folder. Raises _NotReadError; nothing outside is opened."""
    if is_web(key) or key.startswith("//"):
        raise _NotReadError("leads to another host; not read")
    steps_out = key.startswith(("/", "../")) or key in ("..", ".")
    if steps_out or any(character in key for character in ":\\\0"):
        raise _NotReadError(_OUTSIDE)
    if not key.lower().endswith(DOCUMENT_SUFFIXES):
        raise _NotReadError(f"names no file that ends in {', '.join(DOCUMENT_SUFFIXES)}")
    try:
        root = folder.resolve(strict=True)
        real = (root / key).resolve(strict=True)
        if not real.is_relative_to(root):
            raise _NotReadError(_OUTSIDE)
        if real.suffix.lower() not in DOCUMENT_SUFFIXES:
            raise _NotReadError(f"is a link to a file of another kind, {real.name!r}")
        descriptor = os.open(real, os.O_RDONLY | _O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise _NotReadError("names no regular file")
            return file.read(limit + 1)
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: links that form a circle
        reason = getattr(error, "strerror", None) or "no usable file name"
        raise _NotReadError(f"names a file that cannot be read ({reason})") from error


# ── URLs ──────────────────────────────────────────────────────────────────────────────────────────


def _fetch(transport: Transport, main_url: str, key: str, deadline: float) -> tuple[bytes, str]:
    """The answer of a URL on the main document's site, and the URL that gave it after redirects.

    References in it count from there (RFC 3986, section 5.1.3). Raises _NotReadError.
    """
    url = key
    for _ in range(MAX_REDIRECTS + 1):
        if not same_site(main_url, url):
            raise _NotReadError("leads to another host; not read")
        path = urlsplit(url).path
        if places.UNSAFE_WORDS.search(path) and not path.lower().endswith(DOCUMENT_SUFFIXES):
            raise _NotReadError("looks like an action, not like a document; not read")
        seconds = min(places.REQUEST_SECONDS, deadline - time.monotonic())
        if seconds <= 0:
            raise _NotReadError("was left when the time limit was reached")
        headers = {"Accept": _ACCEPT}
        reply = transport.request(
            "GET", url, headers=headers, timeout=seconds, follow_redirects=False
        )
        if isinstance(reply, TransportFailure):
            raise _NotReadError(f"got no answer: {reply.message}")
        location = reply.headers.get("Location")
        if reply.status < 300:
            return reply.body, url.partition("#")[0]
        if reply.status >= 400 or not location:
            raise _NotReadError(f"was answered with status {reply.status}")
        try:
            url = urljoin(url, location)
        except ValueError:
            raise _NotReadError("is redirected to no usable URL") from None
    raise _NotReadError(f"is redirected more than {MAX_REDIRECTS} times")
