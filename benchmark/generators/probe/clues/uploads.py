"""Forms with a file, where no document tells a body: under which name, and what the file holds."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from benchmark.generators.naming import noun, static_segments, words
from benchmark.generators.probe.cases import Case
from benchmark.generators.probe.prober import Prober
from benchmark.generators.probe.requests.building import realize
from benchmark.generators.scenario_planner import Variant
from benchmark.models import ObjectNode, Recipe, Source, Upload

USUAL_FIELDS = ("file", "files", "upload", "data", "document", "image", "attachment", "media")
"""What forms usually call a file, the likeliest first."""

MAX_FIELDS = 48
"""How many names are tried together."""

_BYTES = 1024
_UPLOADS = frozenset("upload uploads import imports bulk batch file files csv json load".split())
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{2,30}")
_MAX_DESCRIPTION = 2000
_MAX_TOLD = 300


class _UnknownError(Exception):
    """A value that cannot stand in a file: it depends on the server."""


def uploads(prober: Prober, case: Case, recipe: Recipe) -> Iterator[Recipe]:
    """The request as a form with a file: items as a sibling create takes them, or anything.

    The name of the field is found out first: with the right one the answer is another.
    """
    fields = dict.fromkeys([_field(prober, case, recipe), USUAL_FIELDS[0]])
    for field in fields:
        for upload in _files(prober, case):
            yield _form(recipe, [field], upload)


def _form(recipe: Recipe, fields: Sequence[str], upload: Upload) -> Recipe:
    body = ObjectNode(tuple((field, upload) for field in fields))
    return replace(recipe, media_type="multipart/form-data", body=body)


# ── the name of the field ─────────────────────────────────────────────────────────────────────────


def _field(prober: Prober, case: Case, recipe: Recipe) -> str:
    """The field under which the server looks for a file: the usual one where nothing tells."""
    upload = Upload("sample.txt", "text/plain", _BYTES)
    unlooked = _answer(prober, case, _form(recipe, ["unasked"], upload))

    def matters(fields: Sequence[str]) -> bool:
        return _answer(prober, case, _form(recipe, fields, upload)) != unlooked

    if matters(USUAL_FIELDS[:1]):
        return USUAL_FIELDS[0]
    fields = _names(case)
    if not matters(fields):
        return USUAL_FIELDS[0]
    while len(fields) > 1:
        half = fields[: len(fields) // 2]
        fields = half if matters(half) else fields[len(half) :]
    return fields[0]


def _answer(prober: Prober, case: Case, recipe: Recipe) -> tuple[int, str]:
    """What distinguishes one refusal from another."""
    reply = prober.attempt(case, recipe, 0).reply
    return (reply.status, reply.text[:_MAX_TOLD]) if reply is not None else (0, "")


def _names(case: Case) -> list[str]:
    """What the field may be called: as usual, or with a word of the operation's description."""
    said = f"{case.operation.summary} {case.operation.description}"[:_MAX_DESCRIPTION]
    told = (word for word in _WORD.findall(said) if not word.isupper())
    return list(dict.fromkeys([*USUAL_FIELDS[1:], *told]))[:MAX_FIELDS]


# ── the file ──────────────────────────────────────────────────────────────────────────────────────


def _files(prober: Prober, case: Case) -> Iterator[Upload]:
    item = _item(prober, case)
    if item:
        yield Upload("data.json", "application/json", 0, json.dumps([item]))
    yield Upload("data.json", "application/json", _BYTES)
    if item:
        yield Upload("data.csv", "text/csv", 0, as_csv(item))
    yield Upload("data.csv", "text/csv", _BYTES)


def _item(prober: Prober, case: Case) -> Mapping[str, Any] | None:
    """An item as the create takes it that the upload is named after; None if there is none.

    `POST /shop/{id}/item-upload` and `POST /shop/{id}/items/import` take what `POST …/items` takes.
    """
    folder, _, last = case.operation.path.rstrip("/").rpartition("/")
    about = noun("-".join(word for word in words(last) if word not in _UPLOADS))
    for other in prober.cases.values():
        place = other.operation.path.rstrip("/")
        if other.operation.method != "POST" or other.operation.body is None or other is case:
            continue
        named = noun(next(reversed(static_segments(place)), ""))
        beside = bool(about) and place.rpartition("/")[0] == folder and named == about
        if beside or (not about and place == folder):
            return _plain_item(prober, other)
    return None


def _plain_item(prober: Prober, create: Case) -> Mapping[str, Any] | None:
    writer = prober.writers[create.spec.application]
    body = writer.write(create.operation, {}, Variant(samples=1)).body

    def resolve(_: Source) -> Any:
        raise _UnknownError

    try:
        item = realize(body, 0, resolve) if isinstance(body, ObjectNode) else None
        return item if isinstance(item, Mapping) and json.dumps(item) else None
    except (_UnknownError, TypeError, ValueError):
        return None


def as_csv(item: Mapping[str, Any]) -> str:
    """A table of one row, the plain members of an item, below their names."""
    scalars = {name: v for name, v in item.items() if isinstance(v, str | int | float)}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([list(scalars), list(scalars.values())])
    return text.getvalue()
