"""The wire form of parameters, against the tables of the OpenAPI specification."""

from __future__ import annotations

from typing import Any

import pytest

from benchmark.generators.parameter_serializer import serialize_parameter
from benchmark.models import Parameter, ParameterLocation

ARRAY = ["blue", "black", "brown"]
OBJECT = {"R": 100, "G": 200, "B": 150}


def wire(location: ParameterLocation, style: str, explode: bool, value: Any) -> Any:
    """The pairs of a value for the parameter `color`."""
    parameter = Parameter("color", location, True, True, style=style, explode=explode)
    return serialize_parameter(parameter, value)


@pytest.mark.parametrize(
    ("style", "explode", "value", "text"),
    [
        ("simple", False, "blue", "blue"),
        ("simple", False, ARRAY, "blue,black,brown"),
        ("simple", False, OBJECT, "R,100,G,200,B,150"),
        ("simple", True, ARRAY, "blue,black,brown"),
        ("simple", True, OBJECT, "R=100,G=200,B=150"),
        ("label", False, "", "."),
        ("label", False, "blue", ".blue"),
        ("label", False, ARRAY, ".blue,black,brown"),
        ("label", False, OBJECT, ".R,100,G,200,B,150"),
        ("label", True, ARRAY, ".blue.black.brown"),
        ("label", True, OBJECT, ".R=100.G=200.B=150"),
        ("matrix", False, "", ";color"),
        ("matrix", False, "blue", ";color=blue"),
        ("matrix", False, ARRAY, ";color=blue,black,brown"),
        ("matrix", False, OBJECT, ";color=R,100,G,200,B,150"),
        ("matrix", True, "blue", ";color=blue"),
        ("matrix", True, ARRAY, ";color=blue;color=black;color=brown"),
        ("matrix", True, OBJECT, ";R=100;G=200;B=150"),
        ("pipeDelimited", False, ARRAY, "blue|black|brown"),
    ],
)
def test_path_styles_are_those_of_the_specification(
    style: str, explode: bool, value: Any, text: str
) -> None:
    """A path parameter is one text, with the prefix of its style."""
    assert wire("path", style, explode, value) == (("color", text),)


@pytest.mark.parametrize(
    ("style", "explode", "value", "pairs"),
    [
        ("form", True, "", [("color", "")]),
        ("form", True, "blue", [("color", "blue")]),
        ("form", True, ARRAY, [("color", "blue"), ("color", "black"), ("color", "brown")]),
        ("form", True, OBJECT, [("R", "100"), ("G", "200"), ("B", "150")]),
        ("form", False, ARRAY, [("color", "blue,black,brown")]),
        ("form", False, OBJECT, [("color", "R,100,G,200,B,150")]),
        ("spaceDelimited", False, ARRAY, [("color", "blue black brown")]),
        ("spaceDelimited", False, OBJECT, [("color", "R 100 G 200 B 150")]),
        ("spaceDelimited", True, ARRAY[:2], [("color", "blue"), ("color", "black")]),
        ("pipeDelimited", False, ARRAY, [("color", "blue|black|brown")]),
        ("pipeDelimited", False, OBJECT, [("color", "R|100|G|200|B|150")]),
        ("tabDelimited", False, ARRAY, [("color", "blue\tblack\tbrown")]),
        ("deepObject", True, {"R": 1, "G": [2]}, [("color[R]", "1"), ("color[G]", "2")]),
        ("deepObject", False, {"a": {"b": True}}, [("color[a][b]", "true")]),
        ("deepObject", True, "blue", [("color", "blue")]),
    ],
)  # fmt: skip
def test_query_styles_are_those_of_the_specification(
    style: str, explode: bool, value: Any, pairs: list[tuple[str, str]]
) -> None:
    """A query parameter is as many pairs as its style asks for."""
    assert wire("query", style, explode, value) == tuple(pairs)


def test_cookies_and_headers_follow_form_and_simple() -> None:
    """An exploded cookie array repeats its name; a header is one text."""
    assert wire("cookie", "form", True, [1, 2]) == (("color", "1"), ("color", "2"))
    assert wire("header", "simple", False, ARRAY) == (("color", "blue,black,brown"),)
    assert wire("header", "simple", True, OBJECT) == (("color", "R=100,G=200,B=150"),)


@pytest.mark.parametrize("value", [None, [], {}, {"a": None}])
@pytest.mark.parametrize("style", ["form", "spaceDelimited", "deepObject"])
def test_nothing_is_sent_for_undefined_values(value: Any, style: str) -> None:
    """null, and what holds nothing, leave the query empty."""
    assert wire("query", style, True, value) == ()
    assert wire("query", style, False, value) == ()


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "true"), (False, "false"), (None, "null"), (1.0, "1"), (1.5, "1.5")],
)  # fmt: skip
def test_scalars_are_written_as_json_writes_them(value: Any, text: str) -> None:
    """No `True`, `None` or `1.0` of Python reaches the wire."""
    assert wire("path", "simple", False, value) == (("color", text),)


def test_deeper_values_of_flat_styles_are_json() -> None:
    """Where the specification leaves a case open, what is nested goes as JSON."""
    assert wire("query", "form", True, [{"a": [1, True]}]) == (("color", '{"a":[1,true]}'),)
    assert wire("query", "form", False, {"f": {"a": "é"}}) == (("color", 'f,{"a":"é"}'),)


def test_parameters_described_by_content_are_json() -> None:
    """`content` with a JSON media type is one JSON text, whatever the style."""
    parameter = Parameter("filter", "query", False, True, content_type="application/json")
    assert serialize_parameter(parameter, {"a": [1]}) == (("filter", '{"a":[1]}'),)
    assert serialize_parameter(parameter, "x") == (("filter", '"x"'),)
    text = Parameter("note", "query", False, True, content_type="text/plain")
    assert serialize_parameter(text, "x") == (("note", "x"),)
