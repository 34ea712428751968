"""Draws strings: by pattern, by format, by name, or plain words, always of the right length."""

from __future__ import annotations

import base64

from benchmark.generators.parameter_generator import limits
from benchmark.generators.parameter_generator.checks import text_fits
from benchmark.generators.parameter_generator.formats import FORMATS
from benchmark.generators.parameter_generator.names import days_of, meaning_of, moment_format
from benchmark.generators.parameter_generator.patterns import draw_pattern
from benchmark.generators.parameter_generator.rules import Rules
from benchmark.generators.parameter_generator.words import Words

_TRIES = 3
# The shortest texts of formats whose usual ones may be too long.
_SHORT = {
    "email": "a@b.co",
    "uri": "http://a.co",
    "uri-reference": "/",
    "hostname": "a",
    "ipv6": "::1",
    "ipv4": "1.1.1.1",
    "duration": "P1D",
    "byte": "QQ==",
}


def draw_string(words: Words, rules: Rules, name: str, infer: bool) -> str:
    """A string that the rules allow; where none could be found, the nearest attempt."""
    for _ in range(_TRIES):
        text = _meant(words, rules, name, infer)
        if text is None:
            break
        if text_fits(text, rules):
            return text
    short = _SHORT.get(rules.format)
    if short is not None and text_fits(short, rules):
        return short
    for pattern in rules.patterns:
        drawn = draw_pattern(pattern, words.random, rules.min_length, rules.max_length)
        if drawn is not None and (len(rules.patterns) == 1 or text_fits(drawn, rules)):
            return drawn
    if rules.format in FORMATS:
        stretched = _stretched(words, rules)
        if stretched is not None:
            return stretched
    return _plain(words, rules)


def _meant(words: Words, rules: Rules, name: str, infer: bool) -> str | None:
    days = (days_of(name) if infer else None) or (0, 0)
    if rules.format in FORMATS:
        return FORMATS[rules.format](words, days)
    if rules.content_encoding == "base64":
        return base64.b64encode(words.sentence().encode()).decode()
    if rules.content_encoding == "base16":
        return words.token()
    if not infer:
        return None
    moment = moment_format(name)
    if moment:
        return FORMATS[moment](words, days)
    meaning = meaning_of(name)
    if meaning is None or meaning.text is None:
        return None
    text = meaning.text(words)
    if meaning.free and " " in text:
        return _cut(_extended(words, text, rules.min_length), rules.max_length)
    return text


def _plain(words: Words, rules: Rules) -> str:
    least = min(rules.min_length, limits.MAX_TEXT)
    return _cut(_extended(words, words.word(), least), rules.max_length)


def _extended(words: Words, text: str, least: int) -> str:
    missing = min(least, limits.MAX_TEXT) - len(text)
    if missing <= 0:
        return text
    more = f" {words.sentence()}"
    return text + (more * (missing // len(more) + 1))[:missing].rstrip().ljust(missing, ".")


def _cut(text: str, longest: int | None) -> str:
    if longest is None or len(text) <= longest:
        return text
    cut = text[:longest]
    return cut.rstrip().ljust(longest, ".") if longest else ""


def _stretched(words: Words, rules: Rules) -> str | None:
    """A text of a format that is longer than usual, as far as the format can be stretched."""
    least = min(rules.min_length, limits.MAX_TEXT)
    filler = "a" * least
    candidates = {
        "email": f"{filler[:60]}@example.com",
        "uri": f"https://example.com/{filler}"[: max(least, 20)],
        "uri-reference": f"/{filler}"[: max(least, 1)],
        "password": words.password() + filler,
        "byte": base64.b64encode(filler.encode()).decode(),
    }
    candidate = candidates.get(rules.format)
    if candidate is None:
        return None
    if rules.max_length is not None and rules.format == "password":
        candidate = candidate[: rules.max_length]
    if rules.format == "byte":
        candidate = candidate[: -(-least // 4) * 4]
    return candidate if text_fits(candidate, rules) else None
