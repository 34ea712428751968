"""Makes text from outside safe to show: control characters go, lengths are cut, secrets masked."""

from __future__ import annotations

import base64
import html
import json
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, quote_plus

MASK = "***"
_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?")
_SHORT = 4  # a secret shorter than this is masked as a whole word only: it is in many words
_SPACES = {"Zl", "Zp", "Zs"}
_REMOVED = {"Cc", "Cf", "Cs"}  # control, invisible (writing direction too), halves of characters


def clean_text(value: object, limit: int = 300) -> str:
    """One line of at most `limit` characters, without control or invisible characters.

    Terminal escape sequences go as a whole, white space becomes single spaces, and a text that was
    cut ends with "…".
    """
    text = value if isinstance(value, str) else str(value)
    text = text[: limit * 8]  # bounds the work on huge texts; leaves enough for what is removed
    if "\x1b" in text:
        text = _ANSI.sub("", text)
    if not (text.isascii() and text.isprintable()):  # most texts are: a timeline has a million
        text = "".join(_safe(character) for character in text)
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: max(limit - 1, 0)].rstrip() + "…"


def _safe(character: str) -> str:
    category = unicodedata.category(character)
    if category in _SPACES or character in "\t\n\r\v\f":
        return " "
    return "" if category in _REMOVED else character


def mask_secrets(text: str, secrets: Iterable[str]) -> str:
    """`text` with every secret replaced by `***`, longest first.

    Also replaced are a secret's forms inside URLs, JSON, HTML and base64 (there at any position, so
    that a password is found in a Basic header too). Secrets of fewer than 4 characters are replaced
    only where they stand as whole words.
    """
    pattern = _secret_pattern(frozenset(secret for secret in secrets if secret))
    return pattern.sub(MASK, text) if pattern else text


_NAMES = "authorization|api[_-]?key|credential|csrf|passw|pwd|secret|session|token|xsrf"
_NAMED = re.compile(
    rf"(?:{_NAMES})[\w-]{{0,40}}(?:"
    r"\\?[\"']\s{0,9}:\s{0,9}\\?[\"'](?P<member>[^\s\"'\\]{4,})"  # also JSON within a text
    r"|=(?P<field>[^\s\"'<>,;&]{4,}))"
    r"|\b(?:bearer|basic)\s{1,9}(?=[\w.~+/=-]*[\d=])(?P<header>[\w.~+/=-]{8,})"
    r"|\b(?P<token>eyJ[\w-]{8,}\.[\w-]*(?:\.[\w-]*)?)",  # JSON Web Token, RFC 7519
    re.IGNORECASE,
)


def mask_named_secrets(text: str) -> str:
    """`text` with `***` for every value whose name or form says that it is a secret.

    For secrets of others, which nobody told us: in JSON, forms, URLs and headers. Sentences stay.
    """

    def masked(match: re.Match[str]) -> str:
        name = match.lastgroup or ""
        begin, end = (place - match.start() for place in match.span(name))
        return match[0][:begin] + MASK + match[0][end:]

    return _NAMED.sub(masked, text)


@lru_cache(maxsize=64)
def _secret_pattern(secrets: frozenset[str]) -> re.Pattern[str] | None:
    patterns: dict[str, str] = {}
    for secret in secrets:
        whole_word = len(secret) < _SHORT
        for form in _forms(secret):
            escaped = re.escape(form)
            patterns[form] = rf"(?<!\w){escaped}(?!\w)" if whole_word else escaped
    ordered = sorted(patterns, key=lambda form: (-len(form), form))
    return re.compile("|".join(patterns[form] for form in ordered)) if ordered else None


def _forms(secret: str) -> set[str]:
    quoted = {quote(secret, safe=""), quote(secret), quote_plus(secret)}
    quoted |= {re.sub(r"%[0-9A-F]{2}", lambda code: code[0].lower(), form) for form in quoted}
    escaped = {
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        html.escape(secret),
        repr(secret)[1:-1],
    }
    return {secret} | quoted | escaped | _base64_forms(secret)


def _base64_forms(secret: str) -> set[str]:
    """The secret encoded alone, and what it always becomes inside a longer encoded text.

    Three bytes make four characters, so there are three possible alignments; characters that also
    depend on the neighbouring bytes are left out.
    """
    raw = secret.encode("utf-8", "surrogatepass")
    alone = base64.b64encode(raw).decode()
    forms = {alone, alone.rstrip("=")}
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + raw).decode()
        core = encoded[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6]
        if len(core) > _SHORT:
            forms.add(core)
    return forms | {form.replace("+", "-").replace("/", "_") for form in forms}
