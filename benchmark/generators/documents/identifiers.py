"""References by name, written out as pointers: `$id`, `$anchor`, dynamic references, `$self`.

The rest of the program knows one sort of reference into a document, the JSON Pointer. A document
that names its parts otherwise is copied once, with each such reference replaced by the pointer to
what it names; what nothing in the document bears is left as it was, for others to look for or to
warn of.

A `$dynamicRef` is taken as a plain reference. It would lead to the outermost schema on the way that
bears the anchor; nearly all documents have one bearer only, and then it is the same.
Source: JSON Schema 2020-12 Core, section 8.2; OpenAPI 3.2, section 4.1.2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from benchmark.models import escape_pointer, unescape_pointer

DATA = frozenset({"example", "default", "const", "enum", "value", "dataValue", "x-example"})
"""Members whose values are data, in which nothing is a reference."""

NAME_MAPS = frozenset(
    "properties patternProperties dependentSchemas $defs definitions schemas parameters responses "
    "requestBodies headers examples links callbacks pathItems securitySchemes paths content "
    "encoding mediaTypes".split()
)
"""Members whose own members are named by the author, so that a name in them is no keyword."""

_ANCHORS = ("$anchor", "$dynamicAnchor")
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_TELLING = frozenset({"$id", *_ANCHORS, *_REFERENCES[1:]})

Tokens = tuple[str, ...]


def self_uri(document: object) -> str:
    """The URI that a document gives itself (OpenAPI 3.2, or its extension for older versions)."""
    if not isinstance(document, Mapping):
        return ""
    declared = document.get("$self", document.get("x-oai-$self"))
    return declared.partition("#")[0] if isinstance(declared, str) else ""


def same_site(url: str, other: str) -> bool:
    """Whether two http or https URLs have the same scheme, host and port."""
    try:
        first, second = urlsplit(url), urlsplit(other)
        ports = {"http": 80, "https": 443}
        return first.scheme in ports and (
            (first.scheme, first.hostname, first.port or ports[first.scheme])
            == (second.scheme, second.hostname, second.port or ports.get(second.scheme))
        )
    except ValueError:  # a malformed host or port
        return False


def with_pointers(document: Any, url: str) -> Any:
    """The document with its references by name as pointers; itself where it has none.

    `url` is where it was found; it counts as its base where the document does not name one.
    """
    base = _joined(url, self_uri(document))
    if base == url and not _has_names(document):
        return document
    named = _Names()
    named.roots[base] = named.roots[url] = ()
    _collect(document, base, named)
    return _Rewriting(document, named, base).copied(document, base, has_names=False)


def anchors_of(document: Any) -> dict[str, Tokens]:
    """Every `$anchor` and `$dynamicAnchor` of a document, and the pointer's tokens to its schema.

    Of several schemas with the same one, the first counts.
    """
    named = _Names()
    _collect(document, "", named)
    return named.anywhere


# ── Which names there are ─────────────────────────────────────────────────────────────────────────


class _Names:
    """The names in one document. Bases are absolute, or relative to nothing where no URL is known.

    `roots` are the places of `$id`s; `anchors` those of anchors by base, `anywhere` by name alone.
    """

    def __init__(self) -> None:
        self.roots: dict[str, Tokens] = {}
        self.anchors: dict[tuple[str, str], Tokens] = {}
        self.anywhere: dict[str, Tokens] = {}

    def anchor(self, base: str, name: str, place: Tokens) -> None:
        self.anchors.setdefault((base, name), place)
        self.anywhere.setdefault(name, place)


def _has_names(document: Any) -> bool:
    """Whether any of the keywords occurs; far quicker than reading where and what it names."""
    stack: list[Any] = [[document]]
    seen: set[int] = set()
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            if not _TELLING.isdisjoint(value):
                return True
            value = value.values()
        for member in value:
            if isinstance(member, dict | list) and id(member) not in seen:
                seen.add(id(member))
                stack.append(member)
    return False


class _Spot(NamedTuple):
    """A value on the way through a document; `way` holds the tokens, linked, innermost first."""

    value: Any
    has_names: bool
    base: str
    way: Any


def _collect(document: Any, base: str, named: _Names) -> None:
    stack = [_Spot(document, has_names=False, base=base, way=None)]
    seen: set[int] = set()  # a value that stands in many places (an alias in YAML) is read in one
    while stack:
        value, has_names, base, way = stack.pop()
        key = 2 * id(value) + has_names
        if key in seen:
            continue
        seen.add(key)
        if isinstance(value, list):
            inside: Iterator[_Spot] = (
                _Spot(item, False, base, (way, str(index)))
                for index, item in enumerate(value)
                if isinstance(item, dict | list)
            )
        elif isinstance(value, dict):
            if not has_names and not _TELLING.isdisjoint(value):
                base = _note(value, base, way, named)
            inside = _inside(value, has_names, base, way)
        else:
            continue
        stack += reversed(list(inside))


def _inside(value: dict[str, Any], has_names: bool, base: str, way: Any) -> Iterator[_Spot]:
    for name, member in value.items():
        if isinstance(member, dict | list) and (has_names or name not in DATA):
            yield _Spot(member, not has_names and name in NAME_MAPS, base, (way, str(name)))


def _note(value: dict[str, Any], base: str, way: Any, named: _Names) -> str:
    """Remember the names of one object; gives the base that holds inside of it."""
    place = _tokens(way)
    inner = _base_in(value, base)
    if inner != base:
        named.roots.setdefault(inner, place)
    identifier = value.get("$id")
    if isinstance(identifier, str) and identifier.startswith("#"):  # an anchor in older drafts
        named.anchor(base, identifier[1:], place)
    for keyword in _ANCHORS:
        if isinstance(value.get(keyword), str):
            named.anchor(inner, value[keyword], place)
    return inner


def _tokens(way: Any) -> Tokens:
    tokens = []
    while way is not None:
        way, token = way
        tokens.append(token)
    return tuple(reversed(tokens))


def _base_in(value: Mapping[str, Any], base: str) -> str:
    identifier = value.get("$id")
    if not isinstance(identifier, str):
        return base
    return _joined(base, identifier.partition("#")[0])


def _joined(base: str, reference: str) -> str:
    try:
        return urljoin(base, reference)
    except ValueError:  # a malformed host
        return base


# ── Writing them out ──────────────────────────────────────────────────────────────────────────────


class _Rewriting:
    """A copy of one document with its names as pointers."""

    def __init__(self, document: Any, named: _Names, base: str) -> None:
        self._document = document
        self._named = named
        self._base = base
        self._copies: dict[tuple[int, str, bool], Any] = {}

    def copied(self, value: Any, base: str, *, has_names: bool) -> Any:
        # The depth of documents is bounded when they are read.
        if not isinstance(value, dict | list):
            return value
        key = (id(value), base, has_names)
        if key not in self._copies:
            if isinstance(value, list):
                copy: Any = [self.copied(item, base, has_names=False) for item in value]
            else:
                copy = self._copied_object(value, base, has_names)
            self._copies[key] = copy
        return self._copies[key]

    def _copied_object(self, value: dict[str, Any], base: str, has_names: bool) -> dict[str, Any]:
        inner = base if has_names else _base_in(value, base)
        copy: dict[str, Any] = {}
        for name, member in value.items():
            is_text = isinstance(member, str)
            if is_text and (name == "$ref" or (name in _REFERENCES and not has_names)):
                if name == "$ref" or "$ref" not in value:
                    copy["$ref"] = self._written(member, inner)
            elif name == "mapping" and not has_names and isinstance(member, dict):
                copy[name] = {k: self._written_value(v, inner) for k, v in member.items()}
            elif has_names or name not in DATA:
                is_map = not has_names and name in NAME_MAPS
                copy[name] = self.copied(member, inner, has_names=is_map)
            else:
                copy[name] = member
        return copy

    def _written_value(self, target: Any, base: str) -> Any:
        """A value of a discriminator's mapping; a lone name is that of a component."""
        is_reference = isinstance(target, str) and ("#" in target or "/" in target)
        return self._written(target, base) if is_reference else target

    def _written(self, reference: str, base: str) -> str:
        if reference.startswith("#"):
            target, fragment = base, reference[1:]
        else:
            try:
                target, fragment = urldefrag(urljoin(base, reference))
            except ValueError:  # a malformed host
                return reference
        root = self._named.roots.get(target)
        if root is not None:
            pointer = self._pointer(target, root, fragment)
            return reference if pointer is None else _as_pointer(pointer)
        # Nothing in the document is called so: then it is the URL of another one, if that may be.
        if base != self._base and same_site(self._base, target):
            return f"{target}#{fragment}"
        return reference

    def _pointer(self, target: str, root: Tokens, fragment: str) -> Tokens | None:
        """The tokens that a fragment stands for in the part `target` of the document, at `root`."""
        if fragment and not fragment.startswith("/"):
            name = unquote(fragment)
            return self._named.anchors.get((target, name), self._named.anywhere.get(name))
        tokens = tuple(unescape_pointer(token) for token in unquote(fragment).split("/")[1:])
        # Many schemas have an `$id` and still count their pointers from the whole document.
        if root and tokens and not self._is_there((*root, *tokens)) and self._is_there(tokens):
            return tokens
        return (*root, *tokens)

    def _is_there(self, tokens: Tokens) -> bool:
        value = self._document
        for token in tokens:
            if isinstance(value, Mapping) and token in value:
                value = value[token]
            elif isinstance(value, list) and token.isascii() and token.isdecimal():
                index = int(token[:9])
                if index >= len(value):
                    return False
                value = value[index]
            else:
                return False
        return True


def _as_pointer(tokens: Tokens) -> str:
    return "#" + "".join(f"/{escape_pointer(token).replace('%', '%25')}" for token in tokens)
