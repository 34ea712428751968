"""Reads single values that people write: durations, pauses, numbers, URLs, headers.

Each function takes the value and what it is called, and raises UsageError with the next step.
"""

from __future__ import annotations

import re
from typing import Any

from benchmark.errors import UsageError

_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m(?:in)?)?(?:(\d+(?:\.\d+)?)s?)?\Z")
_WAIT = re.compile(r"(\d+(?:\.\d+)?)(?:\s*-\s*(\d+(?:\.\d+)?))?\Z")
_HOST = re.compile(r"[A-Za-z0-9.\-_~%\[\]:@]+")


def parse_duration(value: Any, what: str = "run time") -> float:
    """Seconds of "90", "90s", "5m", "1h30m"; a number is seconds. Raises UsageError, also for 0."""
    text = str(value).strip().lower()
    match = _DURATION.match(text)
    if isinstance(value, bool) or not match or not any(match.groups()):
        raise UsageError(f"{what}: {value!r} is no duration", "write 90s, 5m or 1h30m")
    hours, minutes, seconds = match.groups()
    total = int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds or 0)
    if total < 1:
        raise UsageError(f"{what}: {value!r} is too short", "a test lasts at least 1s")
    return total


def parse_wait_time(value: Any, what: str = "wait time") -> tuple[float, float]:
    """The shortest and longest pause in seconds: "1-3", "0.5", 2, (1, 3)."""
    if isinstance(value, tuple | list):
        value = "-".join(str(part) for part in value)
    match = _WAIT.match(str(value).strip().lower().replace("s", ""))
    if not match:
        raise UsageError(f"{what}: {value!r} is no pause", "write MIN-MAX in seconds, such as 1-3")
    shortest = float(match[1])
    longest = float(match[2] or match[1])
    if longest < shortest:
        raise UsageError(
            f"{what}: {value!r} ends before it begins", "write the shorter pause first"
        )
    return shortest, longest


def positive_int(value: Any, what: str) -> int:
    """A whole number of at least 1."""
    try:
        number = int(str(value))
    except ValueError:
        number = 0
    if number < 1:
        raise UsageError(f"{what}: {value!r} is not a whole number of at least 1", "for example 10")
    return number


def positive_number(value: Any, what: str) -> float:
    """A number above 0."""
    try:
        number = float(str(value))
    except ValueError:
        number = 0.0
    if not 0 < number < 1e9:
        raise UsageError(f"{what}: {value!r} is not a number above 0", "for example 2.5")
    return number


def checked_host(value: Any, what: str = "host") -> str:
    """A base URL without trailing slash; `http://` is put before a bare host name."""
    text = str(value).strip().rstrip("/")
    if "://" not in text:
        text = f"http://{text}"
    scheme, _, rest = text.partition("://")
    authority, path = rest.partition("/")[::2]
    broken = not authority or not _HOST.fullmatch(authority) or re.search(r"[\s?#]", path)
    if scheme.lower() not in {"http", "https"} or broken:
        raise UsageError(f"{what}: {value!r} is no base URL", "write it as http://localhost:8000")
    if "@" in authority:
        raise UsageError(f"{what}: a URL must not hold a password", "use --basic user:password")
    port = authority.rpartition(":")[2] if re.search(r":[^\]]*\Z", authority) else "80"
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise UsageError(
            f"{what}: {value!r} has no valid port", "write it as http://localhost:8000"
        )
    return text


def split_header(line: str) -> tuple[str, str]:
    """Name and value of `Name: value`. Line breaks in it are refused."""
    name, colon, value = line.partition(":")
    if not colon or not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name.strip()) or "\n" in value:
        raise UsageError("--header must be 'Name: value'", "for example --header 'X-Tenant: 7'")
    return name.strip(), value.strip()
