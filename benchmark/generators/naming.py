"""Words in names: splitting, singular forms, and what a parameter's name says it identifies."""

from __future__ import annotations

import re
from functools import lru_cache

_NOT_PLAIN = re.compile(r"[^a-z0-9]")
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_UNCOUNTABLE = frozenset(
    "access address alias analysis audio basis bus business campus canvas class corpus data "
    "diagnosis equipment focus gas grass information lens metadata news process progress series "
    "species status success sms tls https dns aws os axis bonus census radius virus".split()
)
_IRREGULAR = {
    "people": "person", "children": "child", "men": "man", "women": "woman", "feet": "foot",
    "teeth": "tooth", "mice": "mouse", "geese": "goose", "indices": "index", "indexes": "index",
    "vertices": "vertex", "matrices": "matrix", "criteria": "criterion", "statuses": "status",
    "addresses": "address", "aliases": "alias", "buses": "bus", "analyses": "analysis",
    "movies": "movie", "cookies": "cookie", "caches": "cache", "leaves": "leaf", "lives": "life",
    "knives": "knife", "wolves": "wolf", "quizzes": "quiz", "media": "medium",
}  # fmt: skip

_VERSION = re.compile(r"v\d+(\.\d+)*$", re.IGNORECASE)

_STRONG_WORDS = frozenset({"id", "ids", "uuid", "uuids", "guid", "guids", "uid", "uids"})

IDENTIFIER_WORDS = ("id", "ids", "uuid", "guid", "uid", "sid", "pk", "key", "slug", "code", "name")
"""Words that name a thing's identifier, the strongest first."""

_BEHIND_NOUN = frozenset({*IDENTIFIER_WORDS, "number", "num", "no", "ref", "reference"})


def words(name: str) -> tuple[str, ...]:
    """A name's words in lower case: camelCase, snake_case, kebab-case, with or without dots."""
    return tuple(word.lower() for word in _WORD.findall(name))


def singular(word: str) -> str:
    """The singular of an English noun in lower case; words that are not plural stay."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word in _UNCOUNTABLE or len(word) < 3 or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") else word


def noun(name: str) -> str:
    """What a name is about, as one snake_case singular: "shopping-carts" → "shopping_cart"."""
    parts = words(name)
    return "_".join((*parts[:-1], singular(parts[-1]))) if parts else ""


@lru_cache(maxsize=100_000)
def plain(name: str) -> str:
    """What two spellings of a name have in common: `userId`, `user_id` and `USER-ID` are alike."""
    return _NOT_PLAIN.sub("", name.lower())


def identified_noun(parameter: str) -> str | None:
    """The noun that an identifier's name is of: "sessionId" → "session", "id" → "".

    None if the name is not that of an identifier.
    """
    parts = words(parameter)
    if not parts or parts[-1] not in IDENTIFIER_WORDS:
        return None
    return noun("_".join(parts[:-1]))


def collection_of(path: str, parameter: str) -> str:
    """The part of a path template before the segment that holds a parameter."""
    head = path.partition("{" + parameter + "}")[0]
    return head[: head.rfind("/")] if "/" in head else ""


def static_segments(path: str) -> list[str]:
    """The segments of a path template that say what it is about: no parameters, no versions."""
    return [s for s in path.split("/") if s and "{" not in s and not _VERSION.match(s)]


def path_noun(collection: str, parameter: str) -> str | None:
    """What a path parameter identifies: `/sessions/{id}` a session; None for `/delay/{seconds}`.

    `{username}` and `{user_number}` behind `/users` identify a user, too.
    """
    before = next(reversed(static_segments(collection)), "")
    about = identified_noun(parameter)
    if about is not None:
        return about or noun(before) or "item"
    wanted = noun(before)
    if not wanted:
        return None
    if wanted == noun(parameter) and words(before) != words(parameter):
        return wanted
    name, prefix = "".join(words(parameter)), wanted.replace("_", "")
    return wanted if name.startswith(prefix) and name[len(prefix) :] in _BEHIND_NOUN else None


def reference_noun(name: str) -> str | None:
    """The noun that a query or body field refers to; names such as first_name refer to nothing."""
    parts = words(name)
    return identified_noun(name) if len(parts) > 1 and parts[-1] in _STRONG_WORDS else None
