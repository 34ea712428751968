"""Reads single values that people write: texts, lists, durations, pauses, numbers, URLs, headers.

Each function gives the value in the form the program uses, or raises UsageError: what is wrong with
it, and how to write it. The caller says which setting it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from benchmark.errors import UsageError
from benchmark.pinned_hosts import MAX_PINS, split_pin
from benchmark.stages import MAX_RATE, Stages, parse_stages

_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m(?:in)?)?(?:(\d+(?:\.\d+)?)s?)?\Z", re.ASCII)
_WAIT = re.compile(r"(\d+(?:\.\d+)?)s?(?:\s*-\s*(\d+(?:\.\d+)?)s?)?\Z", re.ASCII)
_AUTHORITY = re.compile(
    r"(?:[A-Za-z0-9._~%-]+|\[[0-9A-Fa-f:.]+(?:%[A-Za-z0-9._~-]+)?\])(?::(?P<port>.*))?"
)
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")

MAX_SECONDS = 30 * 24 * 3600
"""Longer durations are mistakes of writing: 30 days."""

Condition = TypeVar("Condition")

MAX_CONDITIONS = 1000
"""Thresholds that a run may have; each is judged for each operation."""

_LOCUST_OWNED = {
    **dict.fromkeys(("-f", "--locustfile"), "--locustfile"),
    **dict.fromkeys(("-H", "--host"), "--host"),
    **dict.fromkeys(("-u", "--users"), "--users"),
    **dict.fromkeys(("-r", "--spawn-rate"), "--spawn-rate"),
    **dict.fromkeys(("-t", "--run-time"), "--run-time"),
    **dict.fromkeys(("--csv", "--html", "--timeline", "--timeline-facts"), "--results-dir"),
    **dict.fromkeys(("--load-shape", "--headless"), "--test-type"),
    **{name: name for name in ("--stages", "--request-rate", "--arrivals", "--max-start-delay")},
    "--abort-on": "--abort-on",
    "--arrivals-seed": "--seed",
}


_SWITCHES = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}


def optional(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A reader that lets None pass."""
    return lambda value: None if value is None else read(value)


def one_of(*known: str) -> Callable[[Any], str]:
    """A reader of one of a few words."""

    def read(value: Any) -> str:
        if value not in known:
            raise UsageError(f"{value!r} is not known here", f"known are: {', '.join(known)}")
        return str(value)

    return read


def switch(value: Any) -> bool:
    """True or false; as text, yes and no, on and off, 1 and 0 too."""
    text = str(value).strip().lower()
    if text not in _SWITCHES:
        raise UsageError(f"{value!r} is neither true nor false", "write true or false")
    return _SWITCHES[text]


def checked_text(value: Any) -> str:
    """A text; a number stands for its digits. What is refused may be a secret: it is not said."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise UsageError("a text is needed", "put it in quotation marks")
    return str(value)


def checked_path(value: Any) -> Path:
    """A path; `~` is the home folder."""
    return Path(value if isinstance(value, Path) else checked_text(value)).expanduser()


def checked_folder(value: Any) -> Path:
    """The path of a folder for results."""
    if "," in str(value):
        raise UsageError("the folder must not contain a comma", "Locust divides names at commas")
    return checked_path(value)


def line_items(read: Callable[[Any], str] = checked_text) -> Callable[[Any], tuple[str, ...]]:
    """A reader of a list, of which `read` takes each item; a text has one item on each line."""

    def read_all(value: Any) -> tuple[str, ...]:
        if isinstance(value, str):
            value = [line.strip() for line in value.splitlines() if line.strip()]
        if not isinstance(value, list | tuple):
            raise UsageError("a list is needed", "write it as [first, second]")
        return tuple(read(item) for item in value)

    return read_all


def condition_items(read: Callable[[str], Condition]) -> Callable[[Any], tuple[Condition, ...]]:
    """A reader of a list of conditions; a text has one on each line.

    In YAML, `GET /users: p95<1s` without quotation marks is a table; it means the same.
    """

    def texts(value: Any) -> Iterator[str]:
        for item in [value] if isinstance(value, Mapping) else line_items(lambda each: each)(value):
            if not isinstance(item, Mapping):
                yield checked_text(item)
                continue
            for operation, conditions in item.items():
                for each in conditions if isinstance(conditions, list) else [conditions]:
                    yield f"{operation}: {checked_text(each)}"

    def read_all(value: Any) -> tuple[Condition, ...]:
        found = list(texts(value))
        if len(found) > MAX_CONDITIONS:
            problem = f"{len(found):,} conditions are too many; {MAX_CONDITIONS:,} are kept"
            raise UsageError(problem, "one with * stands for many operations: 'GET *: p99<1s'")
        return tuple(read(text) for text in found)

    return read_all


def comma_items(value: Any) -> tuple[str, ...]:
    """A list; in a text its items stand between commas or on lines."""
    return line_items()(value.replace(",", "\n") if isinstance(value, str) else value)


def checked_pins(value: Any) -> tuple[str, ...]:
    """Hosts and their addresses (`HOST:ADDRESS`), as `comma_items`."""
    pins = comma_items(value)
    if len(pins) > MAX_PINS:
        raise UsageError(f"{len(pins):,} addresses are too many", f"at most {MAX_PINS} are taken")
    for pin in pins:
        split_pin(pin)
    return pins


def parse_duration(value: Any) -> float:
    """Seconds of "90", "90s", "5m", "1h30m"; a number is seconds. At least one second."""
    text = str(value).strip().lower()
    match = _DURATION.match(text)
    if isinstance(value, bool) or not match or not any(match.groups()):
        raise UsageError(f"{value!r} is no duration", "write 90s, 5m or 1h30m")
    hours, minutes, seconds = match.groups()
    total = float(hours or 0) * 3600 + float(minutes or 0) * 60 + float(seconds or 0)
    if total < 1:
        raise UsageError(f"{value!r} is too short", "a test lasts at least 1s")
    if total > MAX_SECONDS:
        raise UsageError(f"{value!r} is too long", "a test lasts at most 30 days (720h)")
    return total


def parse_wait_time(value: Any) -> tuple[float, float]:
    """The shortest and longest pause in seconds: "1-3", "0.5", 2, (1, 3)."""
    if isinstance(value, tuple | list):
        value = "-".join(str(part) for part in value)
    match = _WAIT.match(str(value).strip().lower())
    if not match:
        raise UsageError(f"{value!r} is no pause", "write MIN-MAX in seconds, such as 1-3")
    shortest = float(match[1])
    longest = float(match[2] or match[1])
    if longest < shortest:
        raise UsageError(f"{value!r} ends before it begins", "write the shorter pause first")
    return shortest, longest


def whole_number(value: Any) -> int:
    """A whole number."""
    try:
        return int(str(value))
    except ValueError:
        raise UsageError(f"{value!r} is not a whole number", "for example 42") from None


def size(largest: int) -> Callable[[Any], int]:
    """A reader of a whole number from 0 to `largest`."""

    def read(value: Any) -> int:
        number = whole_number(value)
        if not 0 <= number <= largest:
            raise UsageError(f"{value!r} is not between 0 and {largest}", "for example 1024")
        return number

    return read


def positive_int(value: Any) -> int:
    """A whole number of at least 1."""
    try:
        number = int(str(value))
    except ValueError:
        number = 0
    if number < 1:
        raise UsageError(f"{value!r} is not a whole number of at least 1", "for example 10")
    return number


def positive_number(value: Any) -> float:
    """A number above 0."""
    try:
        number = float(str(value))
    except ValueError:
        number = 0.0
    if not 0 < number < 1e9:
        raise UsageError(f"{value!r} is not a number above 0", "for example 2.5")
    return number


def checked_margin(value: Any) -> float:
    """A share from 0 to 1, of a text such as "5%"; a bare number is percent."""
    text = str(value).strip().removesuffix("%").strip()
    try:
        percent = float(text)
    except ValueError:
        percent = -1.0
    if not 0 < percent <= 100:
        raise UsageError(f"{value!r} is no margin", "write a percentage, such as 5%")
    return percent / 100


def checked_rate(value: Any) -> float:
    """Iterations per second."""
    text = str(value).strip()
    rate = positive_number(text.removesuffix("/s"))
    if rate > MAX_RATE:
        raise UsageError(f"{value!r} is too much", f"at most {MAX_RATE:,.0f} per second are taken")
    return rate


def checked_stages(value: Any) -> Stages:
    """Stages in the words of `benchmark.stages`; a list holds one in each item."""
    items = value if isinstance(value, list | tuple) else [value]
    return parse_stages(",".join(checked_text(item) for item in items))


def not_negative(value: Any) -> float:
    """A number of 0 or above."""
    try:
        number = float(str(value))
    except ValueError:
        number = -1.0
    if not 0 <= number < 1e9:
        raise UsageError(f"{value!r} is not a number of 0 or above", "for example 10")
    return number


def checked_host(value: Any) -> str:
    """A base URL without trailing slash; `http://` is put before a bare host name."""
    text = str(value).strip()
    if "@" in text:  # before anything else: it may be a password, which no message may repeat
        raise UsageError("a base URL must not hold a password", "use --basic user:password")
    if "://" not in text:
        text = f"http://{text}"
    scheme, _, rest = text.partition("://")
    rest = rest.rstrip("/")
    authority, path = rest.partition("/")[::2]
    parts = _AUTHORITY.fullmatch(authority)
    if scheme.lower() not in {"http", "https"} or not parts or re.search(r"[\s?#]", path):
        raise UsageError(f"{value!r} is no base URL", "write it as http://localhost:8000")
    if parts["port"] is not None and not _is_port(parts["port"]):
        raise UsageError(f"{value!r} has no valid port", "write it as http://localhost:8000")
    return f"{scheme.lower()}://{rest}"


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 5 and 0 < int(text) < 65536


def split_header(line: str) -> tuple[str, str]:
    """Name and value of `Name: value`. Line breaks in it are refused."""
    name, colon, value = line.partition(":")
    if not colon or not _HEADER_NAME.fullmatch(name.strip()) or re.search(r"[\r\n\0]", value):
        raise UsageError("a header is written 'Name: value'", "for example --header 'X-Tenant: 7'")
    return name.strip(), value.strip()


def checked_header(value: Any) -> str:
    """A header as `split_header` can divide it."""
    line = checked_text(value)
    split_header(line)
    return line


def checked_basic(value: Any) -> str:
    """`user:password`; nothing at all is allowed too."""
    text = str(value)
    if text and ":" not in text:
        raise UsageError("a user and a password are needed", "write --basic user:password")
    return text


def checked_locust_argument(value: Any) -> str:
    """One of the arguments after `--`; those that the suite gives to Locust itself are refused."""
    argument = checked_text(value)
    name = argument.partition("=")[0]
    if name in _LOCUST_OWNED:
        ours = _LOCUST_OWNED[name]
        raise UsageError(f"{name} is not passed on to Locust", f"use {ours}, before the --")
    return argument
