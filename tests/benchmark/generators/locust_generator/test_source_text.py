"""Python expressions as text: they read back as what they were, and look as a formatter's."""

from __future__ import annotations

import ast
import math
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.errors import BenchmarkError
from benchmark.generators.locust_generator.source_text import (
    WIDTH,
    call,
    identifier,
    literal,
    mapping,
    prose,
    quoted,
    sequence,
    subscript,
    write,
)

HOSTILE = (
    '"""', "'''", "\\", "\\'", "a\nb", "a\r\nb", "\x00", "\x1b[31m", "\u2028", "\u202e", "\ud800",
    "{{ 7*7 }}", "{% raw %}", "#", "coding: utf-7", "\U000e0001", "\ufeff", "\x85", "\t",
)  # fmt: skip
TEXTS = st.text() | st.sampled_from(HOSTILE) | st.text(alphabet=st.characters(codec=None))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
)


@given(TEXTS)
def test_texts_read_back(text: str) -> None:
    """A literal is one visible line of printable characters, and means the text."""
    source = quoted(text)
    assert ast.literal_eval(source) == text
    assert not [char for char in source if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl"}]


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("plain", '"plain"'), ("it's", '"it\'s"'), ('say "x"', "'say \"x\"'"),
        ("a'b\"c", '"a\'b\\"c"'), ("a\nb", '"a\\nb"'), ("é", '"é"'), ("\u202e", '"\\u202e"'),
        ("\U000e0001", '"\\U000e0001"'), ("\xad", '"\\xad"'), ("", '""'),
    ],
)  # fmt: skip
def test_quotation_marks_are_a_formatters(text: str, source: str) -> None:
    """Double quotes unless that needs more escapes; what cannot be seen is escaped."""
    assert quoted(text) == source


@given(VALUES)
def test_values_read_back(value: Any) -> None:
    """Plain data is the same after a trip through source text, on one line or on many."""
    for indent in (0, 90):
        found = ast.literal_eval(write(literal(value), indent))
        assert found == value
        assert repr(found) == repr(value)


@pytest.mark.parametrize(
    "value",
    [
        math.nan,
        math.inf,
        -math.inf,
        b"bytes",
        {1, 2},
        object(),
        ...,
        1j,
        pytest.param(10**5000, id="huge"),
    ],
)
def test_what_is_no_plain_data_is_refused(value: Any) -> None:
    """Nothing that is no JSON becomes source text."""
    with pytest.raises(BenchmarkError):
        literal([{"a": value}])


@pytest.mark.parametrize(
    ("value", "source"),
    [(1e16, "1e16"), (1.5e-7, "1.5e-07"), (-0.0, "-0.0"), (True, "True"), (10**30, f"{10**30}")],
)
def test_numbers_are_a_formatters(value: Any, source: str) -> None:
    """Exponents have no plus sign."""
    assert literal(value) == source


@pytest.mark.parametrize("name", ["a", "a_1", "A9", "match"])
def test_identifiers_pass(name: str) -> None:
    """A name is written as it is."""
    assert identifier(name) == name


@pytest.mark.parametrize(
    "name", ["", "1a", "a b", "a.b", "a\n", "class", "None", "é", "a(", "a;b", "x" + "\u200b"]
)
def test_what_is_no_identifier_is_refused(name: str) -> None:
    """Nothing is repaired here: names are made elsewhere, and this is the gate."""
    with pytest.raises(BenchmarkError):
        identifier(name)


@given(TEXTS, st.integers(1, 300))
def test_prose_can_end_nothing(text: str, limit: int) -> None:
    """In a comment or a docstring, a text stays one line without quotes or backslashes."""
    written = prose(text, limit)
    assert len(written) <= limit
    assert not set(written) & set('"\\\n\r\x00\x0b\x0c\x1c\x85\u2028\u2029')
    assert ast.get_docstring(ast.parse(f'"""{written}"""'), clean=False) == written
    assert len(ast.parse(f"# {written}\nx = 1").body) == 1


def test_prose_cuts_long_texts() -> None:
    """An ellipsis says that there was more, and huge texts cost nothing."""
    assert prose("word " * 10**6, 12) == "word word w…"


LONG = ["x" * 30, "y" * 30, "z" * 30]


def test_what_does_not_fit_is_written_item_by_item() -> None:
    """Each level that is too wide takes a line for each item, with a comma behind the last."""
    texts = [quoted(one) for one in LONG]
    source = write(call("f", sequence(texts), a=mapping([("k", "1")])), 4)
    assert source.split("\n") == [
        "f(",
        "        [",
        *(f"            {text}," for text in texts),
        "        ],",
        '        a={"k": 1},',
        "    )",
    ]


@pytest.mark.parametrize("length", range(80, 104))
def test_lines_keep_to_the_width(length: int) -> None:
    """A line is exactly as long as allowed, or it is divided."""
    source = write(call("call", quoted("a" * length), named="1"), 0)
    assert all(len(line) <= max(WIDTH, length + 7) for line in source.split("\n"))
    assert ("\n" in source) is (len(f'call("{"a" * length}", named=1)') > WIDTH)


def test_wide_characters_take_two_columns() -> None:
    """East Asian texts are measured as they are seen."""
    assert "\n" not in write(call("f", quoted("あ" * 46)))
    assert "\n" in write(call("f", quoted("あ" * 49)))


def test_subscripts_are_divided_without_a_comma() -> None:
    """A comma would make the key a tuple."""
    source = write(subscript("v" * 60, "k" * 40))
    assert source == f'{"v" * 60}[\n    "{"k" * 40}"\n]'


def test_deep_values_can_be_written() -> None:
    """As deep as any document may be."""
    value: Any = 1
    for _ in range(150):
        value = [value]
    assert ast.literal_eval(write(literal(value))) == value
