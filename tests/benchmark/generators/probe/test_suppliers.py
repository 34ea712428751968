"""Which kinds of things may fill a slot, and in which order."""

from __future__ import annotations

from typing import Any

import pytest

from benchmark.generators.dependency_analyzer import Want
from benchmark.generators.probe.suppliers import MAX_SUPPLIERS, suppliers
from benchmark.models import Created, Found, ResourceKind
from tests.benchmark.generators.probe.probe_cases import KIND, case_of
from tests.benchmark.generators.small_apis import ITEM, fields, op

API = {
    "POST /items": op(body=fields("name"), answer=ITEM, status="201"),
    "GET /items/{item_id}": op(answer=ITEM),
    "POST /orders": op(body=fields("item_id")),
}
ORDER = ResourceKind("order", "main", create="POST /orders")
SAMPLES = {"item": {"id": 7, "name": "tea", "slug": "tea-7"}, "order": {"id": 3}}


def want_of(key: str, name: str) -> Want:
    """The want of a slot by its name."""
    return next(want for want in case_of(key, API).wants if want.name == name)


def ranked(want: Want, kinds: Any = None, *, only_own: bool = False) -> list[Created | Found]:
    """The sources of a slot among items and orders."""
    known = kinds or {"item": KIND, "order": ORDER}
    return suppliers(want, known, SAMPLES, only_own=only_own)


@pytest.mark.parametrize(
    ("key", "name"), [("GET /items/{item_id}", "item_id"), ("POST /orders", "item_id")]
)
def test_the_kind_that_the_name_tells_comes_first(key: str, name: str) -> None:
    """An item fills an item's slot by its identifier, an own one before one that is listed."""
    found = ranked(want_of(key, name))
    assert found[0] == Created("item", "/id")
    assert Found("item", "/id") in found
    assert not any(source.kind == "order" for source in found)


def test_other_names_of_the_same_thing_come_later() -> None:
    """Where an identifier does not do, its slug or name may."""
    pointers = [s.pointer for s in ranked(want_of("GET /items/{item_id}", "item_id"))]
    assert pointers.index("/id") < pointers.index("/slug")
    assert len(pointers) <= MAX_SUPPLIERS


def test_writes_take_nothing_that_was_only_found() -> None:
    """With only own things allowed, listed ones are no sources."""
    found = ranked(want_of("GET /items/{item_id}", "item_id"), only_own=True)
    assert found
    assert all(isinstance(source, Created) for source in found)


def test_a_create_does_not_need_what_it_makes() -> None:
    """An operation is no supplier of its own slots."""
    kinds = {"item": ResourceKind("item", "main", create="POST /orders", list="GET /items")}
    assert ranked(want_of("POST /orders", "item_id"), kinds) == []


def test_only_what_was_seen_supplies_anything() -> None:
    """Without an item that was seen there is nothing to take a value from."""
    want = want_of("POST /orders", "item_id")
    assert suppliers(want, {"item": KIND}, {}, only_own=False) == []
    assert suppliers(want, {"item": KIND}, {"item": [1]}, only_own=False) == []
