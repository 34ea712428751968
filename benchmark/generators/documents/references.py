"""References between the documents of one API: which document each names, and what stands there.

The *main* document is the one that was found. The others are *related*: its references, or theirs,
lead to them. Each has a key: its path from the folder of the main document, as in
`schemas/pet.yaml`, or its URL where the main document has one. In related documents references are
rewritten to count from the main document too (`rebased`), so that a value taken out of any of them
still says where its references lead.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePath
from typing import Any, NamedTuple
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

from benchmark.generators.documents.identifiers import (
    DATA,
    NAME_MAPS,
    anchors_of,
    same_site,
    self_uri,
    with_pointers,
)
from benchmark.models import escape_pointer, unescape_pointer

MAX_HOPS = 50
"""How many references in a row are followed before they count as a circle."""

DOCUMENT_SUFFIXES = (".json", ".yaml", ".yml")
"""How the names of files end that can be documents."""

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_BARE_NAME = re.compile(r"(?:#/)?[A-Za-z0-9_.\-]+")
_SCHEMA_HOMES = (("components", "schemas"), ("definitions",))
_SHARED_HOMES = frozenset({"components", "definitions", "parameters", "responses", "$defs"})


class UnresolvedError(Exception):
    """A reference that leads nowhere usable; the text is a clause that says why."""


class Place(NamedTuple):
    """A spot in a document: the document's key, "" for the main one, and the pointer's tokens."""

    document: str
    tokens: tuple[str, ...]


class DocumentSet:
    """A document with its related ones. None of them is changed, and none is loaded here."""

    def __init__(
        self, main: Mapping[str, Any], url: str, related: Mapping[str, Any] | None = None
    ) -> None:
        self._main = main
        self._url = url
        self._self = self_uri(main)
        self._related = related or {}
        self._anchors: dict[str, Mapping[str, tuple[str, ...]]] = {}
        self._places: dict[str, Place] = {}
        self._values: dict[Place, Any] = {}

    def locate(self, reference: object) -> Place:
        """The place that a `$ref` names, whether anything is there or not.

        Raises UnresolvedError for what is no reference into one of these documents.
        """
        if not isinstance(reference, str):
            raise UnresolvedError("a $ref is no text")
        if reference not in self._places:
            self._places[reference] = self._locate(reference)
        return self._places[reference]

    def _locate(self, reference: str) -> Place:
        file_part, _, fragment = reference.partition("#")
        key = key_of(file_part, "", self._url, self._self)
        if key and key not in self._related:
            return self._bare_name(reference)
        if fragment and not fragment.startswith("/"):
            tokens_of_anchor = self._anchors_in(key).get(unquote(fragment))
            if tokens_of_anchor is None:
                raise UnresolvedError(f"the reference {reference!r} leads nowhere")
            return Place(key, tokens_of_anchor)
        tokens = unquote(fragment).split("/")[1:]
        return Place(key, tuple(unescape_pointer(token) for token in tokens))

    def _anchors_in(self, key: str) -> Mapping[str, tuple[str, ...]]:
        if key not in self._anchors:
            self._anchors[key] = anchors_of(self._related[key] if key else self._main)
        return self._anchors[key]

    def _bare_name(self, reference: str) -> Place:
        """`Pet` written for the schema `Pet`, as Swagger 1.2 had it."""
        if _BARE_NAME.fullmatch(reference):
            for home in _SCHEMA_HOMES:
                place = Place("", (*home, reference))
                try:
                    self.at(place)
                except UnresolvedError:
                    continue
                return place
        # Which one, and why it was not read, has been said where it should have been.
        raise UnresolvedError("a reference leads to another document, which was not read")

    def at(self, place: Place, hops: int = MAX_HOPS) -> Any:
        """The value at a place; references on the way to it are followed.

        Raises UnresolvedError where there is none.
        """
        if place in self._values:
            return self._values[place]
        value = self._related[place.document] if place.document else self._main
        for token in place.tokens:
            if isinstance(value, Mapping) and token not in value and "$ref" in value and hops > 0:
                value = self.follow(value, hops - 1)
            if isinstance(value, Mapping) and token in value:
                value = value[token]
            elif isinstance(value, list) and _is_index(token) and int(token) < len(value):
                value = value[int(token)]
            else:
                pointer = "".join(f"/{escape_pointer(token)}" for token in place.tokens)
                raise UnresolvedError(f"the reference '{place.document}#{pointer}' leads nowhere")
        self._values[place] = value
        return value

    def find(self, reference: object, hops: int = MAX_HOPS) -> tuple[Place, Any]:
        """The place that a `$ref` names and the value there. Raises UnresolvedError without one.

        Parts that were cut out of a document often still name its components as `#/components`:
        what is not found in a related document is looked for in the main one.
        """
        place = self.locate(reference)
        try:
            return place, self.at(place, hops)
        except UnresolvedError:
            main = Place("", place.tokens)
            if not place.document or place.tokens[:1] == () or place.tokens[0] not in _SHARED_HOMES:
                raise
            try:
                return main, self.at(main, hops)
            except UnresolvedError:
                pass
            raise

    def follow(self, value: Any, hops: int = MAX_HOPS) -> Any:
        """What a reference object leads to in the end; any other value as it is.

        Raises UnresolvedError where it leads nowhere or in a circle.
        """
        while isinstance(value, Mapping) and "$ref" in value:
            hops -= 1
            if hops < 0:
                raise UnresolvedError("a reference leads back to itself")
            _, value = self.find(value["$ref"], hops)
        return value


def _is_index(token: str) -> bool:
    return token.isascii() and token.isdecimal() and len(token) < 10


def key_of(file_part: str, holder: str, main_url: str, main_self: str = "") -> str:
    """The key of the document that a reference names with what stands before its `#`.

    `holder` is the key of the document that holds the reference, or another URL that is its base.
    `main_self` is the URI that the main document gives itself (`$self`): the base of its references
    where it is of the site that the document came from. Else the document is a copy, and what is
    beside it under that URI is looked for beside the copy. What is no path below a folder and no
    URL is its own key; no document has such a key.
    """
    if not file_part:
        return holder
    if file_part == main_url:
        return ""
    base = main_url
    if main_self:
        identity = _joined(main_url, main_self) if is_web(main_url) else main_self
        folder = _joined(identity, ".")
        if same_site(main_url, identity):
            base = identity
        elif file_part == identity:
            return ""
        elif is_web(identity) and file_part.startswith(folder) and file_part != folder:
            file_part, holder = file_part[len(folder) :], ""
    if is_web(main_url):
        try:
            joined = urljoin(holder or base, file_part)
            known = (base, _without(main_url, "#"), _without(main_url, "?"))
        except ValueError:  # a malformed host
            return file_part
        return "" if joined in known else joined
    if _SCHEME.match(file_part) or file_part.startswith("/"):
        return file_part
    path = posixpath.normpath(posixpath.join(posixpath.dirname(holder), unquote(file_part)))
    return "" if path == PurePath(main_url).name else path


def _joined(base: str, reference: str) -> str:
    try:
        return urljoin(base, reference)
    except ValueError:  # a malformed host
        return base


def is_web(url: str) -> bool:
    """Whether this is an http or https URL."""
    return url[:8].lower().startswith(("http://", "https://"))


def _without(url: str, mark: str) -> str:
    parts = urlsplit(url)._replace(fragment="")
    return urlunsplit(parts._replace(query="") if mark == "?" else parts)


def component_reference(target: str) -> str:
    """A value of a discriminator's mapping as a reference: a lone name is that of a schema."""
    if "/" in target or "#" in target or target.lower().endswith(DOCUMENT_SUFFIXES):
        return target
    return f"#/components/schemas/{escape_pointer(target)}"


# ── All references of a document ──────────────────────────────────────────────────────────────────


def references_in(document: Any) -> Iterator[str]:
    """Every reference of a document in its order, those of discriminators included.

    Data (examples, defaults and the like) is not searched.
    """
    stack: list[tuple[Any, bool]] = [([document], False)]
    while stack:
        value, has_names = stack.pop()
        if isinstance(value, list):
            stack += [(item, False) for item in reversed(value) if isinstance(item, dict | list)]
            continue
        inside = []
        for name, member in value.items():
            if isinstance(member, dict | list):
                if has_names or name not in DATA:
                    inside.append((member, not has_names and name in NAME_MAPS))
                if name == "mapping" and not has_names and isinstance(member, dict):
                    texts = [text for text in member.values() if isinstance(text, str)]
                    yield from map(component_reference, texts)
            elif name == "$ref" and isinstance(member, str):
                yield member
        stack += reversed(inside)


def rebased(document: Any, key: str, main_url: str, main_self: str = "", found_at: str = "") -> Any:
    """A copy of the related document `key` whose references count from the main document.

    `found_at` is the URL that answered for the key, where that is another one (after redirects).
    """
    base = found_at or key
    own = _joined(base, self_uri(document))
    base = own if same_site(main_url, own) else base

    def rewrite(reference: str) -> str:
        file_part, mark, fragment = reference.partition("#")
        if file_part and not is_web(main_url) and "/" not in file_part and "." not in file_part:
            return reference  # the bare name of a schema
        target = key_of(file_part, base, main_url, main_self) if file_part else key
        target = key if target in (base, found_at or key) else target
        if target == file_part:
            return reference
        written = target if is_web(main_url) else quote(target)
        return f"{written}{mark or '#'}{fragment}"

    return _copied(with_pointers(document, base), rewrite, has_names=False)


def _copied(value: Any, rewrite: Callable[[str], str], *, has_names: bool) -> Any:
    # The depth of documents is bounded when they are read.
    if isinstance(value, list):
        return [_copied(item, rewrite, has_names=False) for item in value]
    if not isinstance(value, dict):
        return value
    copy: dict[str, Any] = {}
    for name, member in value.items():
        if name == "$ref" and isinstance(member, str):
            copy[name] = rewrite(member)
        elif name == "mapping" and not has_names and isinstance(member, dict):
            copy[name] = {
                k: rewrite(component_reference(v)) if isinstance(v, str) else v
                for k, v in member.items()
            }
        elif has_names or name not in DATA:
            copy[name] = _copied(member, rewrite, has_names=not has_names and name in NAME_MAPS)
        else:
            copy[name] = member
    return copy
