"""Words in names: splitting, singular forms, and what a parameter's name says it identifies."""

from __future__ import annotations

import re
from functools import lru_cache

_NOT_PLAIN = re.compile(r"[^a-z0-9]")
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_UNCOUNTABLE = frozenset(
    "access address alias analysis audio basis bus business campus canvas class corpus data "
    "diagnosis equipment focus gas grass information lens metadata news process progress series "
    "species status success sms tls https dns aws os axis bonus census radius virus chassis chaos "
    "apparatus atlas bias cosmos consensus prospectus nexus sales goods".split()
)
_IRREGULAR = {
    "people": "person", "children": "child", "men": "man", "women": "woman", "feet": "foot",
    "teeth": "tooth", "mice": "mouse", "geese": "goose", "indices": "index", "indexes": "index",
    "vertices": "vertex", "matrices": "matrix", "criteria": "criterion", "statuses": "status",
    "addresses": "address", "aliases": "alias", "buses": "bus", "analyses": "analysis",
    "movies": "movie", "cookies": "cookie", "caches": "cache", "leaves": "leaf", "lives": "life",
    "knives": "knife", "wolves": "wolf", "quizzes": "quiz", "media": "medium",
    "processes": "process", "businesses": "business", "canvases": "canvas", "lenses": "lens",
    "shelves": "shelf", "halves": "half", "appendices": "appendix", "bonuses": "bonus",
    "campuses": "campus", "viruses": "virus", "radii": "radius", "axes": "axis", "bases": "base",
    "databases": "database", "phases": "phase", "diagnoses": "diagnosis", "crises": "crisis",
}  # fmt: skip

_VERSION = re.compile(r"v\d+(\.\d+)*$", re.IGNORECASE)
_FORMAT_SUFFIX = re.compile(r"\.(json|xml|ya?ml|csv|\{_?(response_?)?format\})$", re.IGNORECASE)
_TEMPLATE = re.compile(r"\{[^{}]*\}")

_STRONG_WORDS = frozenset("id ids uuid uuids guid guids uid uids sid sids pk pks".split())

IDENTIFIER_WORDS = (
    *("id", "ids", "uuid", "uuids", "guid", "guids", "uid", "uids", "sid", "sids", "pk", "pks"),
    *("key", "slug", "code", "name", "arn"),
)
"""Words that name a thing's identifier, the strongest first."""

_BEHIND_NOUN = frozenset(
    {*IDENTIFIER_WORDS, "number", "num", "no", "ref", "reference", "identifier"}
)

_GENERIC = frozenset("item resource object entity record element obj".split())
"""Nouns that stand for whatever the collection before them holds."""


@lru_cache(maxsize=100_000)
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


@lru_cache(maxsize=100_000)
def noun(name: str) -> str:
    """What a name is about, as one snake_case singular: "shopping-carts" → "shopping_cart"."""
    return _joined(words(name))


def _joined(parts: tuple[str, ...]) -> str:
    return "_".join((*parts[:-1], singular(parts[-1]))) if parts else ""


@lru_cache(maxsize=100_000)
def plain(name: str) -> str:
    """What two spellings of a name have in common: `userId`, `user_id` and `USER-ID` are alike."""
    return _NOT_PLAIN.sub("", name.lower())


@lru_cache(maxsize=100_000)
def identified_noun(parameter: str) -> str | None:
    """The noun that an identifier's name is of: "sessionId" → "session", "id" → "".

    Of `topic_id_or_slug`, what stands before the choice. None if the name is not that of an
    identifier.
    """
    parts = words(parameter)
    while len(parts) > 2 and parts[-2] == "or" and parts[-1] in _BEHIND_NOUN:
        parts = parts[:-2]
    if not parts or parts[-1] not in IDENTIFIER_WORDS:
        return None
    return _joined(parts[:-1])


def collection_of(path: str, parameter: str) -> str:
    """The part of a path template before the segment that holds a parameter."""
    head = path.partition("{" + parameter + "}")[0]
    return head[: head.rfind("/")] if "/" in head else ""


@lru_cache(maxsize=100_000)
def path_shape(path: str) -> str:
    """A path template without the names of its parameters, a final slash, and a format's suffix.

    `/2010/calls/{sid}.json` and `/2010/calls/{call_id}/` have the same shape, `/2010/calls/{}`.
    """
    return _TEMPLATE.sub("{}", without_format(path)) or "/"


def without_format(path: str) -> str:
    """A path without a final slash and a format's suffix: `/calls/{sid}.json` → `/calls/{sid}`."""
    return _FORMAT_SUFFIX.sub("", path.rstrip("/"))


def static_segments(path: str) -> list[str]:
    """The segments of a path template that say what it is about: no parameters, no versions."""
    return [s for s in path.split("/") if s and "{" not in s and not _VERSION.match(s)]


def path_noun(collection: str, parameter: str) -> str | None:
    """What a path parameter identifies: `/sessions/{id}` a session; None for `/delay/{seconds}`.

    `{username}` and `{user_number}` behind `/users` identify a user, too, and so does a generic
    `{object}` or `{item_id}`.
    """
    before = next(reversed(static_segments(collection)), "")
    wanted = noun(before)
    about = identified_noun(parameter)
    is_generic = (noun(parameter) if about is None else about) in _GENERIC
    if wanted and is_generic and collection.endswith(before):
        return wanted
    if about is not None:
        # below its parent, a member may carry the parent's name: /projects/{}/members/{…}
        return wanted if about.endswith(f"_{wanted}") and wanted else about or wanted or "item"
    if not wanted:
        return None
    if wanted == noun(parameter) and words(before) != words(parameter):
        return wanted
    name, prefix = "".join(words(parameter)), wanted.replace("_", "")
    return wanted if name.startswith(prefix) and name[len(prefix) :] in _BEHIND_NOUN else None


@lru_cache(maxsize=100_000)
def reference_noun(name: str) -> str | None:
    """The noun that a query or body field refers to; names such as first_name refer to nothing."""
    parts = words(name)
    return identified_noun(name) if len(parts) > 1 and parts[-1] in _STRONG_WORDS else None


@lru_cache(maxsize=100_000)
def attribute_noun(name: str) -> str | None:
    """The noun of a name that may refer to a thing, or be a mere attribute: `bucket_name`."""
    parts = words(name)
    is_weak = len(parts) > 1 and parts[-1] not in _STRONG_WORDS
    return identified_noun(name) if is_weak else None
