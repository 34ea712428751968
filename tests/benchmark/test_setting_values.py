"""Single values that people write are read, or refused with the next step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmark.errors import UsageError
from benchmark.setting_values import (
    checked_basic,
    checked_folder,
    checked_header,
    checked_host,
    checked_locust_argument,
    checked_path,
    checked_text,
    comma_items,
    line_items,
    one_of,
    optional,
    parse_duration,
    parse_wait_time,
    positive_int,
    positive_number,
    size,
    split_header,
    switch,
    whole_number,
)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("300", 300), (300, 300), ("90s", 90), ("5m", 300), ("5min", 300), ("1h30m", 5400),
        ("1h", 3600), ("1h2m3s", 3723), ("1.5", 1.5), (" 2S ", 2), ("720h", 2_592_000),
    ],
)  # fmt: skip
def test_a_duration_is_read_in_seconds(written: Any, seconds: float) -> None:
    """Numbers are seconds; h, m and s may be combined."""
    assert parse_duration(written) == seconds


@pytest.mark.parametrize(
    "written",
    ["", "s", "5x", "-5", "1m1h", "0", "0.5s", True, None, "1e9", "nan", "٣s", "721h", "9" * 500],
)
def test_what_is_no_duration_is_refused(written: Any) -> None:
    """Neither words, nor nothing, nor zero, nor negative, nor endless times pass."""
    with pytest.raises(UsageError):
        parse_duration(written)


@pytest.mark.parametrize(
    ("written", "pause"),
    [
        ("1-3", (1, 3)), ("0.5", (0.5, 0.5)), (2, (2, 2)), ((1, 3), (1, 3)), ([0, 0], (0, 0)),
        ("1s - 3s", (1, 3)), ("0", (0, 0)),
    ],
)  # fmt: skip
def test_a_pause_is_a_number_or_two(written: Any, pause: tuple[float, float]) -> None:
    """One number is a constant pause, two are the shortest and the longest."""
    assert parse_wait_time(written) == pause


@pytest.mark.parametrize("written", ["3-1", "-1", "1-", "a", "", "1-2-3", None])
def test_what_is_no_pause_is_refused(written: Any) -> None:
    """A pause that ends before it begins, or is negative, does not pass."""
    with pytest.raises(UsageError):
        parse_wait_time(written)


@pytest.mark.parametrize(
    ("read", "good", "bad"),
    [
        (whole_number, ["42", 42, "-1", "0"], ["x", "1.5", "", None]),
        (positive_int, ["1", 20], ["0", "-3", "1.5", "x", "", True]),
        (size(9), ["0", 9], ["10", "-1", "1.5", None]),
        (positive_number, ["0.1", 20, "1e3"], ["0", "-1", "nan", "inf", "x", ""]),
    ],
)
def test_numbers_keep_their_bounds(
    read: Callable[[Any], float], good: list[Any], bad: list[Any]
) -> None:
    """What is outside a number's range is refused like what is no number."""
    for value in good:
        assert read(value) == float(value)
    for value in bad:
        with pytest.raises(UsageError):
            read(value)


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("http://localhost:8000/", "http://localhost:8000"),
        ("localhost:8000", "http://localhost:8000"),
        ("HTTPS://api.example.org/v1/", "https://api.example.org/v1"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("[fe80::1%25eth0]", "http://[fe80::1%25eth0]"),
        ("example.org", "http://example.org"),
    ],
)
def test_a_base_url_is_brought_into_one_form(written: str, url: str) -> None:
    """The scheme may be left out, and no slash stays at the end."""
    assert checked_host(written) == url


@pytest.mark.parametrize(
    "written",
    [
        "", "http://", "ftp://x", "http://x y", "http://x/?a=1", "http://x#f", "http://x:port",
        "http://x:0", "http://x:65536", "http://x:", "http://[::1", "a:b", "http://x:٣",
    ],
)  # fmt: skip
def test_what_is_no_base_url_is_refused(written: Any) -> None:
    """Another scheme, a query, a fragment, a space or an impossible port do not pass."""
    with pytest.raises(UsageError):
        checked_host(written)


@pytest.mark.parametrize(
    "written", ["http://user:hunter2@host", "user:hunter2@host", "http://a:hunter2#x@host"]
)
def test_a_password_in_a_url_is_not_repeated(written: str) -> None:
    """Such a URL is refused, whatever else is wrong with it, without saying the password."""
    with pytest.raises(UsageError) as refusal:
        checked_host(written)
    assert "hunter2" not in str(refusal.value)
    assert "--basic" in refusal.value.hint


def test_a_header_is_divided_at_its_first_colon() -> None:
    """Spaces around name and value go."""
    assert split_header(" X-Time :  12:30 ") == ("X-Time", "12:30")
    assert split_header("X-Empty:") == ("X-Empty", "")


@pytest.mark.parametrize(
    "line", ["hunter2", ": hunter2", "a b: hunter2", "X: hunter2\r\nY: b", "X: hunter2\0", ""]
)
def test_a_broken_header_is_refused_without_its_value(line: str) -> None:
    """It may be a secret, so the message does not hold it."""
    with pytest.raises(UsageError) as refusal:
        split_header(line)
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize("argument", ["--run-time", "--users=5", "-H", "--csv=x", "--load-shape"])
def test_arguments_of_locust_that_the_suite_gives_itself_are_refused(argument: str) -> None:
    """They would contradict the ones that stand there already; the message names ours."""
    with pytest.raises(UsageError) as refusal:
        checked_locust_argument(argument)
    assert "before the --" in refusal.value.hint


def test_other_arguments_of_locust_pass() -> None:
    """Tags and log levels are Locust's own business."""
    for argument in ("--tags", "read", "--loglevel=DEBUG", "--web-port", "8090"):
        assert checked_locust_argument(argument) == argument


def test_basic_credentials_have_a_user_and_a_password() -> None:
    """What has no colon is refused, and not repeated; nothing at all is allowed."""
    assert checked_basic("ada:love:lace") == "ada:love:lace"
    assert checked_basic("") == ""
    with pytest.raises(UsageError) as refused:
        checked_basic("s3cret")
    assert "s3cret" not in str(refused.value)


def test_a_text_may_be_a_number_and_what_is_refused_is_not_repeated() -> None:
    """A password of digits needs no quotation marks; anything else may be a secret too."""
    assert [checked_text(value) for value in ("a", 5, 0.5)] == ["a", "5", "0.5"]
    for value in (None, True, ["hunter2"], {"hunter2": 1}):
        with pytest.raises(UsageError) as refused:
            checked_text(value)
        assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("written", "means"),
    [
        (True, True), ("true", True), (" Yes ", True), ("ON", True), ("1", True), (1, True),
        (False, False), ("false", False), ("no", False), ("off", False), ("0", False), (0, False),
    ],
)  # fmt: skip
def test_a_switch_is_on_or_off(written: Any, means: bool) -> None:
    """As YAML and shells write it."""
    assert switch(written) is means


@pytest.mark.parametrize("written", ["perhaps", "", None, 2, [], "10"])
def test_what_is_neither_on_nor_off_is_refused(written: Any) -> None:
    """It is not guessed at."""
    with pytest.raises(UsageError, match="neither true nor false"):
        switch(written)


def test_lists_are_lines_or_lists() -> None:
    """Empty lines are nothing, and a comma divides only where no item can hold one."""
    assert line_items()("GET *\n\n PUT /a,b ") == ("GET *", "PUT /a,b")
    assert line_items()(["a", 5]) == ("a", "5")
    assert comma_items("a, b\nc,") == ("a", "b", "c")
    assert comma_items(("a,b",)) == ("a,b",)
    assert line_items(checked_header)("A: 1\nB: 2") == ("A: 1", "B: 2")
    for value in ({"a": "b"}, 5, None, [None], [["a"]]):
        with pytest.raises(UsageError):
            line_items()(value)
    with pytest.raises(UsageError, match="Name: value"):
        line_items(checked_header)(["A: 1", "hunter2"])


def test_paths_begin_at_home_where_they_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder for results has no comma, since Locust divides names there."""
    monkeypatch.setenv("HOME", "/home/ada")
    assert checked_path("~/a,b") == Path("/home/ada/a,b")
    assert checked_folder(Path("out")) == Path("out")
    for wrong in ("a,b", Path("a,b"), None, ["a"]):
        with pytest.raises(UsageError):
            checked_folder(wrong)


def test_one_of_a_few_words() -> None:
    """The hint lists them."""
    read = one_of("hold", "spike")
    assert read("spike") == "spike"
    for wrong in ("cone", None, ["hold"]):
        with pytest.raises(UsageError) as refused:
            read(wrong)
        assert refused.value.hint == "known are: hold, spike"


def test_none_passes_where_it_has_a_meaning() -> None:
    """Everything else is read as ever."""
    assert optional(positive_int)(None) is None
    assert optional(positive_int)("3") == 3
    with pytest.raises(UsageError):
        optional(positive_int)("0")
