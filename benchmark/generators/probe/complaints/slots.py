"""Finds the slot of a request that a server speaks of, by path, by name or by value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmark.generators.naming import plain
from benchmark.models import SlotLocation, escape_pointer, unescape_pointer

MAX_DEPTH = 20
"""How deep values that were sent are looked into."""

MAX_SLOTS = 2000
"""How many values that were sent are known."""

LEAST_QUOTED = 4
"""Characters that a value has at least if its place is told by it."""

LOCATIONS: Mapping[str, SlotLocation] = {
    "body": "body", "json": "body", "form": "body", "formdata": "body", "data": "body",
    "payload": "body", "requestbody": "body", "jsonbody": "body", "files": "body",
    "query": "query", "querystring": "query", "queryparams": "query", "args": "query",
    "queryparameters": "query", "queryparameter": "query", "params": "path", "path": "path",
    "url": "path", "pathparams": "path", "pathparameters": "path", "viewargs": "path",
    "header": "header", "headers": "header", "cookie": "cookie", "cookies": "cookie",
}  # fmt: skip
"""Words for a location, as `plain` spells them."""

_ORDER: Sequence[SlotLocation] = ("body", "query", "path", "header", "cookie")

_NOISE = re.compile(
    r"arg\d+|.*(?:dto|request|req|input|payload|command|form|model|body|params?)|data|attributes"
    r"|(?:create|update|add|save|post|put|handle|set)[a-z]*|root|value|object|\$",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[^.\[\]\"']+")
_QUOTED = re.compile(r"'([^']{1,200})'|\"([^\"]{1,200})\"|`([^`]{1,200})`|<([\w.-]{1,80})>")
_WORDS = re.compile(r"[A-Za-z_$@][\w$@.\-\[\]]{0,80}")
_FILLERS = frozenset(
    "the a an this that your of for and or is are be field fields parameter parameters param "
    "property attribute value values key argument header cookie query body request input string "
    "number integer object array it must should field's item items in at error validation failed "
    "invalid bad ensure data payload json path value_error list one please provided given with "
    "sorry some following url form missing required unknown each every element elements "
    "expected type also not yet has have was were been already supplied specified new same "
    "member option note variable resource record entity failed target into deserialize "
    "constraint violation".split()
)
_SAID = re.compile(
    r"(?:field|parameter|param|property|attribute|key|member|argument) "
    r"[\"'`]?([A-Za-z_][\w.-]{0,80})",
    re.IGNORECASE,
)
_GENERIC = frozenset("value field it this input body request data that which what".split())
_TELLING = re.compile(
    r"(?:^|[^a-z])(query|path|header|cookie|body)(?:[ -]?string)? "
    r"(?:parameter|param|variable|field|argument|value|property)?",
    re.IGNORECASE,
)


_MOST_WORDS = 3  # of a name that is written in several


class SentSlots:
    """The slots of one request, as far as their values are known."""

    def __init__(self, sent: Mapping[tuple[SlotLocation, str], Any]) -> None:
        self._trees: dict[SlotLocation, Any] = {}
        self._values: list[tuple[SlotLocation, str, Any]] = []
        for (location, pointer), value in list(sent.items())[:MAX_SLOTS]:
            self._add(location, split_pointer(pointer), value)
        for location, tree in self._trees.items():
            self._values.extend((location, *leaf) for leaf in _leaves(tree, "", 0))
        self._by_name: dict[str, list[tuple[SlotLocation, str]]] = {}
        for location, pointer in self._places():
            name = plain(unescape_pointer(pointer.rpartition("/")[2]))
            self._by_name.setdefault(name, []).append((location, pointer))

    def value(self, location: SlotLocation | None, pointer: str) -> Any:
        """What was sent there; None if nothing was."""
        node = self._trees.get(location) if location else None
        for token in split_pointer(pointer):
            if not isinstance(node, dict) or token not in node:
                return None
            node = node[token]
        return node

    def is_array(self, location: SlotLocation | None, pointer: str) -> bool:
        """Whether an array was sent there."""
        node = self.value(location, pointer)
        return isinstance(node, dict) and bool(node) and all(key.isdecimal() for key in node)

    def find(
        self, location: SlotLocation | None, tokens: Sequence[str], *, is_missing: bool = False
    ) -> tuple[SlotLocation | None, str]:
        """The place that a path leads to, spelt as it was sent; unknown ends are kept.

        What is missing is not looked for below other members.
        """
        tokens = [token for token in tokens if token][:MAX_DEPTH]
        if not tokens:
            return location, ""
        if location is None and (told := self._told(tokens, is_missing=is_missing)):
            location, tokens = told, tokens[1:]
        if len(tokens) > 1 or location == "body":
            tokens = [t for t in tokens if not self._is_tag(t)]  # pydantic names tags of unions
        known: Sequence[SlotLocation] = [location] if location else _ORDER
        partly: tuple[SlotLocation, str] | None = None
        for one in known:
            pointer, is_all = self._walk(one, tokens)
            if is_all:
                return one, pointer
            if pointer and partly is None:
                partly = one, pointer + _pointer(self._unwalked(one, tokens))
        if partly:
            return partly
        if len(tokens) > 1 and not is_missing and not self._knows(tokens[:-1]):
            if found := self.named(tokens[-1], location):
                return found
        while len(tokens) > 1 and _is_noise(tokens[0]):
            tokens = tokens[1:]
        if len(tokens) == 1 and (found := self.named(tokens[0], location)):
            if not is_missing or found[1].count("/") == 1:
                return found
        return location, _pointer([self._spelt(token) for token in tokens])

    def named(
        self, name: str, location: SlotLocation | None = None
    ) -> tuple[SlotLocation, str] | None:
        """The only slot of that name, or the outermost one; None if there is none."""
        places = self._by_name.get(plain(name), []) if plain(name) else []
        places = [place for place in places if location in {None, place[0]}]
        places.sort(key=lambda place: place[1].count("/"))
        if not places or not places[0][1]:
            return None
        depth = places[0][1].count("/")
        first = [place for place in places if place[1].count("/") == depth]
        return first[0] if len({place[0] for place in first}) == len(first) else None

    def quoted(self, sentence: str) -> tuple[SlotLocation, str] | None:
        """The only slot whose value, of four characters or more, a sentence quotes."""
        texts = {next(filter(None, groups)) for groups in _QUOTED.findall(sentence) if any(groups)}
        words = set(sentence.replace(",", " ").rstrip(".").split())
        found = set()
        for location, pointer, value in self._values:
            text = str(value)
            if len(text) >= LEAST_QUOTED and (
                text in texts or text in words or (" " in text and text in sentence)
            ):
                found.add((location, pointer))
        return found.pop() if len(found) == 1 else None

    def subject(self, text: str, *, is_missing: bool = False) -> str | None:
        """The name in what stands before a predicate: `The "name" field`, `Value of name`.

        None if there is none. A name of several words is written as the request writes names.
        """
        text = text[-160:]
        for groups in reversed(_QUOTED.findall(text)):
            name = str(next(filter(None, groups), ""))
            if _WORDS.fullmatch(name) and not self._is_value(name):
                return str(name)
        named = _SAID.search(text)
        if named and self.named(named[1]):
            return named[1]
        lone = text.strip(" '\"`:")
        if _WORDS.fullmatch(lone) and lone.lower() not in _GENERIC and self.named(lone):
            return lone
        words: list[str] = [word.rstrip(".-") for word in _WORDS.findall(text)]
        telling = [word for word in words if word.lower() not in _FILLERS]
        joined = "".join(telling)
        if len(telling) in {2, 3} and self.named(joined):
            return joined
        if is_missing and len(telling) == len(text.split()) == 2 and telling[1].islower():
            return self._joined(telling)  # "First name can't be blank"
        for word in reversed(telling):
            if self.named(word):
                return word
        behind = re.search(r"([A-Za-z_][\w.\[\]-]{0,80}):?$", text.strip(" '\"`"))
        if not behind or behind[1].lower() in _FILLERS:
            words = telling
        if 0 < len(telling) <= 3 and len(words) - len(telling) <= 4:
            return self._joined(telling)
        if telling and behind and text.endswith(":"):
            return str(behind[1])
        return None

    def mentioned(self, sentence: str) -> tuple[SlotLocation, str] | None:
        """The only slot whose name stands anywhere in a sentence, in one word or in several."""
        words = [word.rstrip(".") for word in _WORDS.findall(sentence)]
        places = set()
        start = 0
        while start < len(words):
            place, length = self._longest_name(words[start : start + _MOST_WORDS])
            if place is not None:
                places.add(place)
            start += length
        return places.pop() if len(places) == 1 else None

    def _longest_name(self, words: Sequence[str]) -> tuple[tuple[SlotLocation, str] | None, int]:
        """The slot that the first words name, and how many they are: "where clause" before "where".

        One word that is no name, or is part of any sentence, is passed over.
        """
        for length in range(len(words), 0, -1):
            is_telling = length > 1 or (words[0].lower() not in _FILLERS and len(words[0]) > 1)
            if is_telling and (place := self.named("".join(words[:length]))):
                return place, length
        return None, 1

    def location_in(self, sentence: str) -> SlotLocation | None:
        """The location that a sentence names: `query parameter "x"`."""
        found = _TELLING.search(sentence)
        return LOCATIONS.get(found[1].lower()) if found else None

    def _knows(self, tokens: Sequence[str]) -> bool:
        """Whether one of the names was sent, or is an index."""
        return any(token.isdecimal() or plain(token) in self._by_name for token in tokens)

    def _is_value(self, text: str) -> bool:
        return any(str(value) == text for _, _, value in self._values) and not self.named(text)

    def _is_tag(self, token: str) -> bool:
        """Whether a part of a path is the value that chose among alternatives, not a name."""
        return not token.isdecimal() and self._is_value(token)

    def _told(self, tokens: Sequence[str], *, is_missing: bool) -> SlotLocation | None:
        """The location that a path begins with, unless a field of that name was sent.

        Where a body was sent, and "data" is missing, it is a member of the body.
        """
        told = LOCATIONS.get(plain(tokens[0]))
        if is_missing and told == "body" and len(tokens) == 1 and plain(tokens[0]) != "body":
            told = None if self._trees.get("body") else told
        if told and plain(tokens[0]) in self._by_name and len(tokens) == 1:
            return None
        if told and any(
            tokens[0] in tree for tree in self._trees.values() if isinstance(tree, dict)
        ):
            return None
        return told

    def _add(self, location: SlotLocation, tokens: list[str], value: Any) -> None:
        value = _tree(value, 0)
        if not tokens:
            self._trees[location] = value
            return
        node = self._trees.setdefault(location, {})
        for token in tokens[:-1][:MAX_DEPTH]:
            if not isinstance(node, dict):
                return
            node = node.setdefault(token, {})
        if isinstance(node, dict):
            node[tokens[-1]] = value

    def _places(self) -> Iterator[tuple[SlotLocation, str]]:
        for location, tree in self._trees.items():
            for pointer in _branches(tree, "", 0):
                yield location, pointer

    def _walk(self, location: SlotLocation, tokens: Sequence[str]) -> tuple[str, bool]:
        """How far a path leads: the pointer, and whether that is all of it.

        Tokens that nobody sent are passed over if a later one leads on: names of classes and
        methods. Below a plain value the path ends: there stand the types that were tried.
        """
        node, pointer, is_all = self._trees.get(location), "", False
        for token in tokens:
            if not isinstance(node, dict):
                return pointer, bool(pointer)
            key = _key(node, token)
            is_all = key is not None
            if key is not None:
                pointer, node = f"{pointer}/{escape_pointer(key)}", node[key]
            elif not _is_noise(token):
                return pointer, False
        return pointer, is_all

    def _unwalked(self, location: SlotLocation, tokens: Sequence[str]) -> list[str]:
        """What of a path lies behind the last token that was sent."""
        node: Any = self._trees.get(location)
        behind = 0
        for index, token in enumerate(tokens):
            key = _key(node, token) if isinstance(node, dict) else None
            if key is not None:
                node, behind = node[key], index + 1
            elif not _is_noise(token):
                break
        return [self._spelt(token) for token in tokens[behind:]]

    def _spelt(self, name: str) -> str:
        """An unknown name, without a capital letter at its start where no name sent has one."""
        if not name[:1].isupper() or name.isupper():
            return name
        body = self._trees.get("body")
        capital = isinstance(body, dict) and any(key[:1].isupper() for key in body)
        return name if capital else name[0].lower() + name[1:]

    def _joined(self, parts: Sequence[str]) -> str:
        """Several words as one name."""
        if len(parts) == 1:
            return parts[0]
        body = self._trees.get("body")
        names = list(body) if isinstance(body, dict) else []
        lower = [part.lower() for part in parts]
        if any(re.search(r"[a-z][A-Z]", name) for name in names):
            return lower[0] + "".join(part.capitalize() for part in lower[1:])
        return "_".join(lower)


def split_pointer(pointer: str) -> list[str]:
    """The names in a JSON Pointer."""
    return [unescape_pointer(token) for token in pointer[1:].split("/")] if pointer else []


def split_path(path: str) -> list[str]:
    """The names in a path, however it is written: `/a/0`, `#/a/0`, `$.a[0]`, `a.0`, `a[0][b]`."""
    path = path[:500].strip().removeprefix("#")
    if path.startswith("/"):
        return split_pointer(path)[:MAX_DEPTH]
    path = path.removeprefix("$")
    return _TOKEN.findall(path)[:MAX_DEPTH]


def _pointer(tokens: Sequence[str]) -> str:
    return "".join(f"/{escape_pointer(token[:200])}" for token in tokens)


def _key(node: dict[str, Any], token: str) -> str | None:
    if token in node:
        return token
    wanted = plain(token)
    return next((key for key in node if wanted and plain(key) == wanted), None)


def _is_noise(token: str) -> bool:
    """Whether a part of a path is likely the name of a class, method or wrapper."""
    return bool(_NOISE.fullmatch(token)) or token[:1].isupper()


def _tree(value: Any, depth: int) -> Any:
    """A value with the arrays in it as objects by index."""
    if depth > MAX_DEPTH:
        return None
    if isinstance(value, Mapping):
        return {str(key): _tree(member, depth + 1) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return {str(index): _tree(item, depth + 1) for index, item in enumerate(value)}
    return value


def _leaves(tree: Any, pointer: str, depth: int) -> Iterator[tuple[str, Any]]:
    if isinstance(tree, dict):
        for key, member in tree.items():
            yield from _leaves(member, f"{pointer}/{escape_pointer(key)}", depth + 1)
    else:
        yield pointer, tree


def _branches(tree: Any, pointer: str, depth: int) -> Iterator[str]:
    if isinstance(tree, dict):
        for key, member in tree.items():
            here = f"{pointer}/{escape_pointer(key)}"
            yield here
            yield from _branches(member, here, depth + 1)
