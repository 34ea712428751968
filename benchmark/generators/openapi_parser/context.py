"""What all parts of the parser share: tolerant access, references, and the warnings so far."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urldefrag, urlsplit

from benchmark.generators.documents import document_version, resolve_pointer
from benchmark.models import ApiDocument, Note, escape_pointer, unescape_pointer

_MAX_WARNINGS = 1000
_MAX_HOPS = 50
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_BARE_NAME = re.compile(r"(?:#/)?[A-Za-z0-9_.\-]+")
_SCHEMA_HOMES = (("components", "schemas"), ("definitions",))


class UnresolvedError(Exception):
    """A reference that leads nowhere usable; the text is a clause that says why."""


class Context:
    """One document while it is parsed. Its values are never changed."""

    def __init__(self, document: ApiDocument) -> None:
        self.application = document.name
        self.url = document.openapi_url
        self.prefix = document.prefix.rstrip("/")
        self.document: Mapping[str, Any] = as_map(document.spec)
        self.version = document_version(self.document)
        self.is_swagger = self.version.startswith("2") or "swagger" in self.document
        self.siblings_count = not self.is_swagger and not self.version.startswith("3.0")
        self.warnings: dict[Note, None] = {}
        self._file_name = urlsplit_path(self.url).rpartition("/")[2]

    def warn(self, where: str, message: str) -> None:
        """Note something for the user, once, with nothing in it that a terminal would act on."""
        if len(self.warnings) < _MAX_WARNINGS:
            self.warnings.setdefault(Note(printable(where), printable(message)))
        elif len(self.warnings) == _MAX_WARNINGS:
            self.warnings.setdefault(Note(self.application, "there are more warnings than these"))

    def component(self, kind: str) -> Mapping[str, Any]:
        """The named objects of one kind, as `components` of OpenAPI 3 holds them."""
        return as_map(as_map(self.document.get("components")).get(kind))

    def follow(self, value: object, where: str) -> Any:
        """What a reference object leads to, else the value itself; None, with a warning, if lost.

        For everything but schemas, whose references are kept.
        """
        for _ in range(_MAX_HOPS):
            if not isinstance(value, Mapping) or "$ref" not in value:
                return value
            try:
                value = self.resolve(self.locate(value["$ref"]))
            except UnresolvedError as error:
                self.warn(where, f"{error}; ignored")
                return None
        self.warn(where, "a reference leads back to itself; ignored")
        return None

    def locate(self, reference: object) -> tuple[str, ...]:
        """The tokens of the pointer, in this document, that a `$ref` stands for."""
        if not isinstance(reference, str):
            raise UnresolvedError("a $ref is no text")
        file_part, _ = urldefrag(reference)
        pointer = reference[len(file_part) :]
        if file_part and file_part.removeprefix("./") not in (self._file_name, self.url):
            return self._bare_name(reference)
        if pointer in ("", "#"):
            return ()
        if not pointer.startswith("#/"):
            raise UnresolvedError(f"the reference {reference!r} is no pointer into the document")
        return tuple(unescape_pointer(token) for token in unquote(pointer[2:]).split("/"))

    def resolve(self, tokens: tuple[str, ...]) -> Any:
        """The value at these tokens. Raises UnresolvedError where there is none."""
        pointer = "".join(f"/{escape_pointer(token)}" for token in tokens)
        try:
            return resolve_pointer(self.document, pointer)
        except LookupError:
            raise UnresolvedError(f"the reference '#{pointer}' leads nowhere") from None

    def _bare_name(self, reference: str) -> tuple[str, ...]:
        """`Pet` written for the schema `Pet`, as Swagger 1.2 had it."""
        if _BARE_NAME.fullmatch(reference):
            for home in _SCHEMA_HOMES:
                tokens = (*home, reference)
                try:
                    self.resolve(tokens)
                except UnresolvedError:
                    continue
                return tokens
        raise UnresolvedError(f"the reference {reference!r} leads to another document")


def printable(text: str) -> str:
    """The text on one line, without control and direction characters, cut at 300 characters."""
    return _UNPRINTABLE.sub("\ufffd", text)[:300]


def urlsplit_path(url: str) -> str:
    """The path of a URL or file name, "" for what cannot be split."""
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def as_map(value: object) -> Mapping[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def as_list(value: object) -> list[Any]:
    """The value if it is an array, else an empty one."""
    return value if isinstance(value, list) else []


def as_text(value: object) -> str:
    """Text as it is, a number as its text, everything else as ""."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return ""


def as_flag(value: object) -> bool | None:
    """A boolean, also one that was written as text; None for everything else."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return {"true": True, "yes": True, "false": False, "no": False}.get(value.strip().lower())
    return None
