"""Repairs, rule by rule: what a complaint changes in a recipe, and what it leaves alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from benchmark.generators.parameter_generator import ParameterGenerator
from benchmark.generators.probe.complaints import Complaint
from benchmark.generators.probe.repairs import repaired
from benchmark.models import (
    ArrayNode,
    Clock,
    Constant,
    Created,
    Echo,
    Found,
    MediaType,
    Node,
    ObjectNode,
    Operation,
    Parameter,
    Pooled,
    Recipe,
    RequestBody,
    Slot,
    Source,
    Unique,
)

BODY = ObjectNode(
    (
        ("name", Constant("swift-ridge")),
        ("label", Unique("calm", "text", 40)),
        ("mail", Unique("ann@example.com", "email")),
        ("quantity", Pooled((3, 8))),
        ("start", Clock(86_400, "date")),
        ("end", Constant("2020-01-01")),
        ("owner", Created("owner", "/id")),
        ("tags", ArrayNode((Constant("x"),))),
        ("meta", Constant({"size": 5})),
        ("password", Unique("Aa5sjHhH!x")),
    )
)
RECIPE = Recipe(
    (Slot("path", "/id", Found("box", "/id")), Slot("query", "/limit", Constant("13"))),
    "application/json",
    BODY,
)
OPERATION = Operation("main", "make", "POST", "/boxes/{id}")


def after(*complaints: Complaint, recipe: Recipe = RECIPE, **more: Any) -> Recipe | None:
    """The recipe after a repair."""
    operation = replace(OPERATION, **more)
    return repaired(recipe, operation, {}, complaints, ParameterGenerator(7))


def about(rule: Any, pointer: str, value: Any = None, location: Any = "body") -> Complaint:
    """A complaint about a place."""
    return Complaint(rule, location, pointer, value)


def at(recipe: Recipe | None, pointer: str, location: str = "body") -> Node | None:
    """What a recipe has at a place."""
    assert recipe is not None
    if location != "body":
        return next((s.source for s in recipe.parameters if s.pointer == pointer), None)
    node: Node | None = recipe.body
    for token in pointer[1:].split("/"):
        if isinstance(node, ObjectNode):
            node = dict(node.members).get(token)
        elif isinstance(node, ArrayNode):
            node = node.items[int(token)]
        else:
            return None
    return node


CHANGES: list[tuple[Complaint, Node]] = [
    (about("enum", "/name", ("swift-ridge", "red", "blue")), Constant("red")),
    (about("enum", "/tags", ("red", "blue")), ArrayNode((Constant("red"),))),
    (about("minimum", "/quantity", 5), Pooled((5, 8))),
    (about("maximum", "/quantity", 5), Pooled((3, 5))),
    (about("exclusive_minimum", "/quantity", 8), Constant(9)),
    (about("exclusive_maximum", "/quantity", 1), Constant(0.5)),
    (about("multiple_of", "/quantity", 5), Pooled((5, 10))),
    (about("min_length", "/name", 15), Constant("swift-ridgeswif")),
    (about("max_length", "/name", 5), Constant("swift")),
    (about("max_length", "/label", 12), Unique("calm", "text", 12)),
    (about("min_length", "/label", 8), Unique("calmcalm", "text", 40)),
    (about("max_length", "/mail", 20), Unique("ann@example.com", "email", 20)),
    (about("min_items", "/tags", 3), ArrayNode((Constant("x"),) * 3)),
    (about("max_items", "/tags", 0), ArrayNode(())),
    (about("past", "/start"), Clock(-30 * 86_400, "date")),
    (about("future", "/end"), Clock(30 * 86_400, "date")),
    (about("future", "/end", "start"), Clock(2 * 86_400, "date")),
    (about("not_unique", "/name"), Unique("swift-ridge")),
    (about("type", "/name", "array"), ArrayNode((Constant("swift-ridge"),))),
    (about("type", "/name", "object"), ObjectNode(())),
    (about("type", "/quantity", "string"), Pooled(("3", "8"))),
    (about("type", "/tags", "string"), Constant("x")),
    (about("type", "/name", "boolean"), Constant(True)),
    (about("type", "/meta", "array"), ArrayNode((ObjectNode((("size", Constant(5)),)),))),
    (about("minimum", "/meta/size", 9), Constant(9)),
    (about("format", "/name", "json"), Pooled(("{}",) * 2)),
    (about("format", "/start", "date-time"), Clock(86_400, "date-time")),
]


@pytest.mark.parametrize(("complaint", "node"), CHANGES, ids=lambda value: str(value)[:60])
def test_a_complaint_changes_its_place(complaint: Complaint, node: Node) -> None:
    """Each rule changes the source at its place as little as it must."""
    changed = at(after(complaint), complaint.pointer)
    if complaint.rule == "min_items":
        assert isinstance(changed, ArrayNode)
        assert len(changed.items) == 3
    elif complaint.value == "json":
        assert changed == Constant("{}")
    else:
        assert changed == node


@pytest.mark.parametrize(
    ("complaint", "location"),
    [
        (about("required", "/size"), "body"),
        (about("required", "/speed", location="query"), "query"),
        (about("required", "/X-Tenant", location="header"), "header"),
        (about("required", "/size", location=None), "body"),
    ],
)
def test_what_is_missing_is_added(complaint: Complaint, location: str) -> None:
    """A value is made by the name where the document does not know the member."""
    assert isinstance(at(after(complaint), complaint.pointer, location), Constant | Pooled | Unique)


def test_a_name_alone_is_a_parameter_where_the_document_says_so() -> None:
    """The document, then the recipe, then the method tell where a name belongs."""
    speed = Parameter("speed", "query", False, {"type": "integer", "minimum": 90})
    changed = after(about("required", "/speed", location=None), parameters=(speed,))
    source = at(changed, "/speed", "query")
    assert isinstance(source, Constant | Pooled)
    values = source.values if isinstance(source, Pooled) else (source.value,)
    assert all(int(value) >= 90 for value in values)
    got = after(about("required", "/speed", location=None), recipe=Recipe(), method="GET")
    assert got is not None
    assert [slot.location for slot in got.parameters] == ["query"]


def test_the_document_tells_what_a_missing_member_is() -> None:
    """A documented member is made by its schema."""
    schema = {"type": "object", "properties": {"size": {"enum": ["tiny"]}}}
    body = RequestBody((MediaType("application/json", schema),))
    assert at(after(about("required", "/size"), body=body), "/size") == Constant("tiny")


def test_a_missing_member_has_what_else_the_server_says() -> None:
    """Complaints about one place are all heeded, whatever their order."""
    recipe = after(about("enum", "/mood", ("glad", "sad")), about("required", "/mood"))
    assert at(recipe, "/mood") == Constant("glad")
    recipe = after(about("type", "/count", "integer"), about("required", "/count"))
    source = at(recipe, "/count")
    assert isinstance(source, Constant | Pooled)
    assert isinstance(source.value if isinstance(source, Constant) else source.values[0], int)


def test_a_body_grows_from_nothing() -> None:
    """Where no body is known, complaints build one of JSON, arrays and objects included."""
    recipe = after(about("required", ""), recipe=Recipe())
    assert recipe == Recipe((), "application/json", ObjectNode(()))
    recipe = after(about("required", "/lines"), about("required", "/lines/0/size"), recipe=Recipe())
    assert isinstance(at(recipe, "/lines"), ArrayNode)
    assert isinstance(at(recipe, "/lines/0/size"), Constant | Pooled)


def test_what_is_unexpected_is_left_out() -> None:
    """A member or parameter that the server does not know goes, but never a part of the path."""
    assert at(after(about("unexpected", "/name")), "/name") is None
    assert at(after(about("unexpected", "/limit", location="query")), "/limit", "query") is None
    assert after(about("unexpected", "/id", location="path")) is None
    assert after(about("unexpected", "/nowhere")) is None


@pytest.mark.parametrize("rule", ["enum", "not_unique", "min_length", "format", "type", "past"])
def test_references_stay(rule: Any) -> None:
    """What refers to a resource is not ours to change."""
    for source in (Created("owner", "/id"), Found("owner", "/id"), Echo("GET /owner", "/id")):
        recipe = replace(RECIPE, body=ObjectNode((("owner", source),)))
        assert after(about(rule, "/owner", None), recipe=recipe) is None


@pytest.mark.parametrize("rule", ["other", "not_found", "format"])
def test_what_is_refused_without_a_way_out_is_left_out(rule: Any) -> None:
    """A made-up member that the document does not require; what refers to a thing stays."""
    text = {"type": "string"}
    schema = {"type": "object", "required": ["title"], "properties": {"title": text, "cert": text}}
    documented = RequestBody((MediaType("application/json", schema),), required=True)

    def tried(pointer: str, cert: Source) -> Recipe | None:
        body = ObjectNode((("title", Constant("a")), ("cert", cert)))
        recipe = replace(RECIPE, body=body)
        return after(about(rule, pointer), recipe=recipe, body=documented)

    changed = tried("/cert", Constant("x"))
    assert changed is not None
    assert changed.body == ObjectNode((("title", Constant("a")),))
    assert tried("/title", Constant("x")) is None
    assert tried("/unknown", Constant("x")) is None
    assert tried("/cert", Created("cert", "/id")) is None


@pytest.mark.parametrize("rule", ["other", "credentials", "not_found"])
def test_complaints_that_no_value_answers_change_nothing(rule: Any) -> None:
    """None says that there is nothing to try."""
    assert after(about(rule, "/name")) is None


def test_parameters_are_texts() -> None:
    """What is changed in a parameter stays what goes on the wire."""
    for complaint in (
        about("maximum", "/limit", 5, "query"),
        about("enum", "/limit", (10, 20), "query"),
        about("type", "/limit", "boolean", "query"),
    ):
        source = at(after(complaint), "/limit", "query")
        assert isinstance(source, Constant)
        assert source.value in {"5", "10", "true"}


def test_a_pattern_is_drawn_from() -> None:
    """A unique text stays unique if its stamp fits the pattern, and gives way if it does not."""
    drawn = at(after(about("pattern", "/name", "^[A-Z]{3}-[0-9]$")), "/name")
    assert isinstance(drawn, Constant | Pooled)
    assert after(about("pattern", "/label", "^[a-z0-9-]+$")) is None
    strict = at(after(about("pattern", "/label", "^[A-Z]{3}$")), "/label")
    assert isinstance(strict, Constant | Pooled)


def test_something_taken_without_a_name_is_the_most_telling_text() -> None:
    """A conflict without a place makes the name unique, and nothing else."""
    recipe = after(about("not_unique", "", location=None))
    assert at(recipe, "/name") == Unique("swift-ridge")


def test_equal_fields_have_one_source() -> None:
    """A confirmation repeats what it confirms; two unique values would differ."""
    recipe = after(about("same", "/password_confirmation", "password"))
    assert at(recipe, "/password") == Constant("Aa5sjHhH!x")
    assert at(recipe, "/password_confirmation") == Constant("Aa5sjHhH!x")


def test_of_alternatives_one_stays() -> None:
    """The first of the named fields stays, or is added where there is none."""
    names = ("start", "end")
    recipe = after(Complaint("either", None, "", names))
    assert at(recipe, "/start") == Clock(86_400, "date")
    assert at(recipe, "/end") is None
    recipe = after(Complaint("either", None, "", ("east", "west")))
    assert at(recipe, "/east") is not None
    assert at(recipe, "/west") is None


def test_another_content_type_is_sent_where_the_server_wants_it() -> None:
    """The one that the server names comes first, then the documented ones."""
    form = "application/x-www-form-urlencoded"
    told = Complaint("enum", "header", "/Content-Type", (form,))
    recipe = after(told)
    assert recipe is not None
    assert recipe.media_type == form
    recipe = after(replace(told, value=()), recipe=replace(RECIPE, media_type=form))
    assert recipe is not None
    assert recipe.media_type == "application/json"


HOSTILE: list[Source] = [
    Constant(None), Constant([]), Constant({"a": [1]}), Pooled(([1], [2])), Unique(None),
    Pooled((None, "x")), Constant(float("nan")), Constant(True), Clock(0, "time"), Constant(""),
]  # fmt: skip
VALUES: list[Any] = [None, (), ("a",), "x", "(", -1, 0, 10**30, 1.5, float("inf"), [], {}, True]


def test_no_complaint_raises_an_error() -> None:
    """Any rule with any value at any place is answered by a recipe or by None."""
    rules = (
        "required type enum minimum maximum exclusive_minimum exclusive_maximum min_length "
        "max_length min_items max_items multiple_of pattern format unexpected not_unique past "
        "future same either"
    ).split()
    generator = ParameterGenerator(7)
    for source in HOSTILE:
        recipe = replace(RECIPE, body=ObjectNode((("x", source), ("password", source))))
        for rule in rules:
            for value in VALUES:
                for pointer in ("/x", "", "/x/0/y", "/password", "/" + "a/" * 50):
                    complaint = Complaint(rule, "body", pointer, value)  # type: ignore[arg-type]  # rules all
                    changed = repaired(recipe, OPERATION, {}, [complaint], generator)
                    assert changed is None or isinstance(changed, Recipe)
