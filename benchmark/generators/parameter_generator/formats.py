"""Draws a string for each `format` that documents use."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping

from benchmark.generators.parameter_generator.words import Words

Days = tuple[int, int]


def _base64(words: Words, _: Days) -> str:
    return base64.b64encode(words.sentence().encode()).decode()


FORMATS: Mapping[str, Callable[[Words, Days], str]] = {
    "date-time": lambda words, days: words.date_time(days),
    "date": lambda words, days: words.date(days),
    "time": lambda words, _: (
        f"{words.random.randrange(8, 18):02d}:{words.random.randrange(60):02d}:00Z"
    ),
    "duration": lambda words, _: f"PT{words.random.randrange(1, 60)}M",
    "timestamp": lambda words, days: words.date_time(days),
    "unixtime": lambda words, days: str(int(words.moment(days).timestamp())),
    "email": lambda words, _: words.email(),
    "hostname": lambda words, _: words.hostname(),
    "ipv4": lambda words, _: words.ipv4(),
    "ipv6": lambda words, _: words.ipv6(),
    "cidr": lambda *_: "192.0.2.0/24",
    "mac": lambda words, _: words.mac(),
    "uri": lambda words, _: words.url(),
    "uri-reference": lambda words, _: f"/{words.slug()}",
    "uri-template": lambda words, _: f"/{words.slug()}/{{id}}",
    "uuid": lambda words, _: words.uuid(),
    "byte": _base64,
    "password": lambda words, _: words.password(),
    "json-pointer": lambda words, _: f"/{words.word()}/0",
    "relative-json-pointer": lambda words, _: f"1/{words.word()}",
    "regex": lambda words, _: f"^{words.word()}$",
    "json": lambda *_: "{}",
    "decimal": lambda words, _: (
        f"{words.random.randrange(1, 100)}.{words.random.randrange(100):02d}"
    ),
    "double": lambda words, _: f"{words.random.randrange(1, 100)}.{words.random.randrange(10)}",
    "float": lambda words, _: f"{words.random.randrange(1, 100)}.{words.random.randrange(10)}",
    "number": lambda words, _: str(words.random.randrange(1, 100)),
    "int32": lambda words, _: str(words.random.randrange(1, 100)),
    "int64": lambda words, _: str(words.random.randrange(1, 100)),
    "uint32": lambda words, _: str(words.random.randrange(1, 100)),
    "uint64": lambda words, _: str(words.random.randrange(1, 100)),
    "phone": lambda words, _: words.phone(),
    "color": lambda words, _: words.color(),
    "date-fullyear": lambda words, days: str(words.moment(days).year),
}
"""The drawing function of each format; the days from today bound those that mean a moment."""
