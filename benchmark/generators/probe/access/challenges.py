"""Answers a challenge with what the request itself names: user and password stand in its path.

Some operations are there to try out a way of signing in. The credentials that they want are those
that the caller chose; any bearer token will do for others.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator

from benchmark.generators.naming import plain
from benchmark.generators.probe import ideas
from benchmark.generators.probe.access.field_names import IDENTITY, is_secret
from benchmark.generators.probe.cases import Outcome
from benchmark.generators.probe.prober import Prober
from benchmark.models import Constant, Place, Recipe, Slot, unescape_pointer

MADE_UP_TOKEN = "load-test-token"  # noqa: S105  # nobody gave it to us, and it opens nothing real


def challenged(prober: Prober, recipe: Recipe, outcome: Outcome) -> Iterator[Recipe]:
    """The recipe with an Authorization header that a 401, or a 404 in its place, may ask for.

    Only where nobody gave or got credentials: those say who we are.
    """
    reply = outcome.reply
    if reply is None or reply.status not in {401, 404} or _is_somebody(prober):
        return
    asked = reply.headers.get("WWW-Authenticate", "").split(" ")[0].rstrip(",").lower()
    chosen = ideas.narrowed(recipe, 0)
    user = next((s for s in _chosen_texts(chosen) if plain(_name(s)) in IDENTITY), None)
    secret = next((s for s in _chosen_texts(chosen) if is_secret(_name(s))), None)
    if asked in {"", "basic"} and user is not None and secret is not None:
        pair = f"{_text(user)}:{_text(secret)}".encode()
        yield _authorized(chosen, f"Basic {b64encode(pair).decode()}")
    elif asked == "bearer":
        yield _authorized(recipe, f"Bearer {MADE_UP_TOKEN}")


def _is_somebody(prober: Prober) -> bool:
    entrance = prober.exchange.entrance
    sent = entrance.headers or entrance.query or entrance.cookies
    return bool(sent or prober.credentials.secrets() or entrance.sign_in is not None)


def _chosen_texts(recipe: Recipe) -> Iterator[Slot]:
    """What the path holds of the caller's own choice."""
    for slot in recipe.parameters:
        if slot.location == "path" and isinstance(slot.source, Constant):
            yield slot


def _name(slot: Slot) -> str:
    return unescape_pointer(slot.pointer[1:])


def _text(slot: Slot) -> str:
    source = slot.source
    return str(source.value) if isinstance(source, Constant) else ""


def _authorized(recipe: Recipe, value: str) -> Recipe:
    known = (s for s in recipe.parameters if s.location == "header")
    pointer = next((s.pointer for s in known if _name(s).lower() == "authorization"), None)
    place: Place = ("header", pointer or "/Authorization")
    return ideas.with_source(recipe, place, Constant(value))
