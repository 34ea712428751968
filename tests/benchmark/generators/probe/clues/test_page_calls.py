"""What the scripts of pages send to an operation."""

from __future__ import annotations

import pytest

from benchmark.generators.probe.clues.page_calls import MAX_MEMBERS, PageCall, call_of

KEPT_FIRST = (
    'case 0:return o="/carts/".concat(t,"/export"),data={format:n,approved:r},e.next=4,'
    'this.request.post(o,data);case 4:return e.sent.data.task}},e)},{key:"other",value:1'
)
IN_PLACE = 'f=function(t,n){return h.get("/carts/".concat(t,"/export?task=").concat(n,"&raw=1"))}'
TEMPLATE = "fetch(`/api/carts/${t}/export`,{method:'POST',headers:{accept:1},body:x({size:2})})"


@pytest.mark.parametrize(
    ("method", "script", "expected"),
    [
        ("POST", KEPT_FIRST, PageCall(("format", "approved"))),
        ("GET", IN_PLACE, PageCall((), ("task", "raw"))),
        ("POST", TEMPLATE, PageCall(("method", "headers", "accept", "body", "size"))),
        ("PUT", KEPT_FIRST, PageCall()),
        ("POST", 'path:"/carts/:id/export",component:e', PageCall()),
        ("POST", KEPT_FIRST.replace("carts", "orders"), PageCall()),
    ],
)
def test_names_are_taken_from_calls_of_the_operation_alone(
    method: str, script: str, expected: PageCall
) -> None:
    """Its method, its path to the end, and what stands above in it must be those of the call."""
    assert call_of([script], method, "/v1/carts/{cart_id}/export") == expected


def test_a_path_that_goes_on_is_another_one() -> None:
    """`/carts` is not called where a script asks for `/carts/7`."""
    script = 'h.post("/carts/".concat(t),{a:1});h.post("/carts",{b:2})'
    assert call_of([script], "POST", "/v1/carts") == PageCall(("b",))


def test_hostile_scripts_cost_little() -> None:
    """A script of nothing but the path, and one that never closes what it opens, are read through.

    In time that grows with the square of a megabyte, this would not end.
    """
    many = '"/carts/","/export",' * 40_000
    found = call_of(
        [many, f'h.post("/carts/x/export",{"{" * 900_000}'], "POST", "/carts/{id}/export"
    )
    assert found == PageCall()
    names = ",".join(f"a{number}:1" for number in range(100))
    one = call_of([f'h.post("/carts/"+t+"/export",{{{names}}})'], "POST", "/carts/{id}/export")
    assert len(one.members) == MAX_MEMBERS
