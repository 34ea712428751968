"""What all parts of the parser share: tolerant access, references, and the warnings so far."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from benchmark.generators.documents import document_version
from benchmark.generators.documents.identifiers import with_pointers
from benchmark.generators.documents.references import DocumentSet, UnresolvedError
from benchmark.generators.openapi_parser.limits import DEFAULT_LIMITS, ParserLimits
from benchmark.models import ApiDocument, Note

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Context:
    """One document while it is parsed. Its values are never changed."""

    def __init__(self, document: ApiDocument, limits: ParserLimits = DEFAULT_LIMITS) -> None:
        self.limits = limits
        self.application = document.name
        self.url = document.openapi_url
        self.prefix = document.prefix.rstrip("/")
        named = with_pointers(as_map(document.spec), document.openapi_url)
        self.document: Mapping[str, Any] = as_map(named)
        self.documents = DocumentSet(self.document, document.openapi_url, document.related)
        self.version = document_version(self.document)
        self.is_swagger = self.version.startswith("2") or "swagger" in self.document
        self.siblings_count = not self.is_swagger and not self.version.startswith("3.0")
        self.warnings: dict[Note, None] = {}

    def warn(self, where: str, message: str) -> None:
        """Note something for the user, once, with nothing in it that a terminal would act on."""
        if len(self.warnings) < self.limits.max_warnings:
            self.warnings.setdefault(Note(printable(where), printable(message)))
        elif len(self.warnings) == self.limits.max_warnings:
            self.warnings.setdefault(Note(self.application, "there are more warnings than these"))

    def component(self, kind: str) -> Mapping[str, Any]:
        """The named objects of one kind, as `components` of OpenAPI 3 holds them."""
        components = self.follow(self.document.get("components"), "components")
        return as_map(self.follow(as_map(components).get(kind), f"components/{kind}"))

    def follow(self, value: object, where: str) -> Any:
        """What a reference object leads to, else the value itself; None, with a warning, if lost.

        For everything but schemas, whose references are kept.
        """
        if not isinstance(value, Mapping) or "$ref" not in value:
            return value
        try:
            return self.documents.follow(value)
        except UnresolvedError as error:
            self.warn(where, f"{error}; ignored")
            return None


def printable(text: str) -> str:
    """The text on one line, without control and direction characters, cut at 300 characters."""
    return _UNPRINTABLE.sub("\ufffd", text)[:300]


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
