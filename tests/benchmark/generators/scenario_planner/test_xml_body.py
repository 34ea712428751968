"""Values as XML documents, by the hints of their schemas."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.generators.scenario_planner.xml_body import to_xml

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def hinted(schema: dict[str, Any], **hints: Any) -> dict[str, Any]:
    """A schema with an XML object."""
    return {**schema, "xml": hints}


STRING = {"type": "string"}
TAGS = {"type": "array", "items": hinted(STRING, name="tag")}


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        (STRING, "a<b>&", "<root>a&lt;b&gt;&amp;</root>"),
        ({"$ref": "#/$defs/Pet"}, {"name": "Rex"}, "<Pet><name>Rex</name></Pet>"),
        (hinted({}, name="dog"), {}, "<dog />"),
        ({}, {"a": True, "b": None, "c": 1.5}, "<root><a>true</a><b /><c>1.5</c></root>"),
        ({"properties": {"id": hinted({}, attribute=True)}}, {"id": 7}, '<root id="7" />'),
        ({"properties": {"t": TAGS}}, {"t": ["x", "y"]}, "<root><tag>x</tag><tag>y</tag></root>"),
        (
            {"properties": {"t": hinted(TAGS, name="tags", wrapped=True)}},
            {"t": ["x"]},
            "<root><tags><tag>x</tag></tags></root>",
        ),
        (
            {"properties": {"t": {"type": "array", "items": STRING}}},
            {"t": ["x"]},
            "<root><t>x</t></root>",
        ),
        (TAGS, ["x"], "<root><tag>x</tag></root>"),
        ({}, [["x"]], "<root><item>x</item></root>"),
        (
            hinted({}, name="a", prefix="p", namespace="urn:x"),
            "t",
            '<p:a xmlns:p="urn:x">t</p:a>',
        ),
        (hinted({}, namespace="urn:x"), "t", '<root xmlns="urn:x">t</root>'),
        (
            {},
            {"two words": 1, "1st": 2, "": 3},
            "<root><two_words>1</two_words><_1st>2</_1st><_>3</_></root>",
        ),
        (hinted({}, name=7, prefix=[], namespace={}), "t", "<_7>t</_7>"),
        ({"xml": "wrong"}, "t", "<root>t</root>"),
        ({}, "\x00a\ud800b\x0b", "<root>ab</root>"),
    ],
)
def test_values_as_xml(schema: Any, value: Any, expected: str) -> None:
    """Names, attributes, wrappers and namespaces are those of the hints; the rest is escaped."""
    assert to_xml(schema, {"Pet": {"type": "object"}}, value) == HEAD + expected


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


NAMES = st.text() | st.sampled_from(["xmlns", "xml", "XML:lang", "a:b"])


@given(VALUES, NAMES, NAMES)
def test_every_value_gives_well_formed_xml(value: Any, name: str, prefix: str) -> None:
    """Whatever names and texts a document has, a parser takes the result."""
    attribute = hinted({}, name=name, attribute=True)
    for namespace in (name, "urn:x"):
        hints = {"name": name, "prefix": prefix, "namespace": namespace}
        schema = {"xml": hints, "properties": {"a": attribute}}
        text = to_xml(schema, {}, {"a": 1, "b": value})
        assert ElementTree.fromstring(text.encode()).tag
