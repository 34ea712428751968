"""Draws the names of a server by seed: resources, fields, identifiers, prefixes, ways to write.

Nothing can be tuned to a name that is another one with the next seed.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

_RESOURCES = (
    "anchor barrel basket beacon bottle branch bridge bucket burrow cabin candle canvas carpet "
    "castle cellar chapel chapter circle cottage crate curtain drawer engine envelope fabric "
    "feather ferry fountain garden garment glacier goblet hammer hangar harbour hedge helmet "
    "island jacket kettle ladder lantern ledger letter lighthouse locker magnet mantle market "
    "meadow mirror mountain needle orchard oven paddle pillow planet pocket puzzle quarry quilt "
    "ribbon saddle satchel shelter signal spindle stable statue stream tablet temple thimble "
    "tower trumpet tunnel valley vessel village violin wagon whistle window workshop"
).split()
_IRREGULAR = (
    ("child", "children"), ("person", "people"), ("company", "companies"), ("shelf", "shelves"),
    ("story", "stories"), ("box", "boxes"), ("bakery", "bakeries"), ("leaf", "leaves"),
    ("library", "libraries"), ("torch", "torches"), ("gallery", "galleries"), ("knife", "knives"),
)  # fmt: skip
_FIELDS = (
    "alias, badge, banner, blurb, byline, caption, clause, comment, crest, emblem, epithet, "
    "excerpt, footer, headline, heading, hint, inscription, keyword, label, legend, lemma, "
    "lyric, maxim, memo, moniker, mood, motto, nickname, notice, outline, passage, phrase, "
    "preface, proverb, quote, remark, riddle, rumour, saying, slogan, snippet, subtitle, "
    "synopsis, tagline, theme, topic, tribute, verse, wording"
).split(", ")
_MEASURES = (
    "breadth, depth, girth, height, layers, length, pieces, portion, rank, rungs, spokes, stock, "
    "thickness, weight, width"
).split(", ")
_DAYS = "baked bound built carved cast coined founded launched minted painted planted woven".split()
_PREFIXES = ("", "/api", "/api/v1", "/v2", "/rest/v3")
_WRAPPERS = ("", "items", "data", "results")


@dataclass(frozen=True, slots=True)
class Noun:
    """A resource: one of it, and several."""

    one: str
    many: str


class Names:
    """Names without repetition; the same seed draws the same ones."""

    def __init__(self, seed: int) -> None:
        draw = random.Random(seed)
        nouns = [Noun(word, word + ("es" if word.endswith(("ch", "sh")) else "s"))
                 for word in _RESOURCES]  # fmt: skip
        self._regular = draw.sample(nouns, len(nouns))
        irregular = draw.sample(_IRREGULAR, len(_IRREGULAR))
        self._irregular = [Noun(one, many) for one, many in irregular]
        self._words = {
            kind: draw.sample(words, len(words))
            for kind, words in (("text", _FIELDS), ("number", _MEASURES), ("day", _DAYS))
        }
        self.prefix: str = draw.choice(_PREFIXES)
        self.wrapper: str = draw.choice(_WRAPPERS)
        """The member that holds the items of a list answer; "" for a bare array."""
        self.camel: bool = draw.random() < 0.4
        self.identifiers: str = draw.choice(("number", "uuid", "text"))
        """What identifiers look like."""
        self._bare_id = draw.random() < 0.6
        self._suffix = draw.choice(("id", "id", "uuid", "key", ""))

    def resource(self, *, irregular: bool = False) -> Noun:
        """A resource that was not drawn before."""
        return (self._irregular if irregular else self._regular).pop()

    def text(self) -> str:
        """The name of a field that holds a text."""
        return self._words["text"].pop()

    def number(self) -> str:
        """The name of a field that holds a number."""
        return self._words["number"].pop()

    def day(self) -> str:
        """The name of a field that holds a date."""
        return self.cased(self._words["day"].pop(), "on")

    def identifier(self, noun: Noun) -> str:
        """The field of an item that identifies it."""
        return "id" if self._bare_id else self.cased(noun.one, "id")

    def parameter(self, noun: Noun) -> str:
        """The path parameter that names one of a resource."""
        return self.cased(noun.one, self._suffix) if self._suffix else noun.one

    def reference(self, noun: Noun) -> str:
        """The body field that refers to one of a resource."""
        return self.cased(noun.one, "id")

    def cased(self, *words: str) -> str:
        """Several words as one name, in this server's way."""
        return (
            words[0] + "".join(w.capitalize() for w in words[1:]) if self.camel else "_".join(words)
        )

    def path(self, *parts: str) -> str:
        """A path below this server's prefix."""
        return "/".join((self.prefix, *parts))


def pick(seed: int, choices: Sequence[str]) -> str:
    """One of several words, by seed."""
    return random.Random(f"pick-{seed}").choice(choices)
