"""What failed answers said: the beginning of a body in one line that may be passed around.

Nothing here runs for a request that succeeded. A failed one is looked at once for each sort of
failure; what takes longer than cutting a piece off is done when the second is over.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any

from benchmark.engine.http_client import charset_of
from benchmark.engine.secrets import known_secrets, secrets_sent
from benchmark.utils.text_safety import clean_text, mask_named_secrets, mask_secrets

MAX_SAMPLES = 200
"""How many sorts of failure of one test and process are sampled."""
MAX_SAMPLE = 300
"""Characters of a sample."""
_WINDOW = 4000  # characters that are looked at: room for markup, and for secrets that are cut
_LONGEST_CHARACTER = 4  # bytes
_BINARY_SHARE = 0.1
_PAGE = re.compile(r"<!doctype html|<html", re.IGNORECASE)
_UNSEEN = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.I | re.S)
_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class FailedAnswer:
    """What is kept of a failed answer until there is time to look at it."""

    body: bytes
    size: int
    media_type: str
    secrets: tuple[str, ...]

    def sample(self) -> str:
        """The beginning of the body as one line of text, without secrets; "" without a body."""
        text = _decoded(self.body, self.media_type)[:_WINDOW]
        if _is_binary(text):
            kind = clean_text(self.media_type.partition(";")[0], 60) or "unknown type"
            return f"({self.size:,} bytes of {kind})"
        if _PAGE.search(text[:500]):
            text = html.unescape(_TAG.sub(" ", _UNSEEN.sub(" ", text)))
        text = mask_secrets(text, (*known_secrets(), *self.secrets))
        return clean_text(mask_named_secrets(text), MAX_SAMPLE)


def failed_answer(response: Any) -> FailedAnswer | None:
    """What to keep of a response; None where no body came, or none was read.

    Of a stream nothing is read: that is the user's.
    """
    body = _body_of(response)
    if not body:
        return None
    headers: Any = getattr(response, "headers", None)
    media_type = headers.get("content-type") if hasattr(headers, "get") else None
    return FailedAnswer(
        body=body[: _WINDOW * _LONGEST_CHARACTER],
        size=len(body),
        media_type=media_type[:200] if isinstance(media_type, str) else "",
        secrets=secrets_sent(response),
    )


def _body_of(response: Any) -> bytes | None:
    """The body that a client has read already: of ours, of requests, of geventhttpclient."""
    for name in ("received", "_content", "_cached_content"):
        body = getattr(response, name, None)
        if isinstance(body, bytes):
            return body
    return None


def _decoded(body: bytes, media_type: str) -> str:
    try:
        return body.decode(charset_of(media_type) or "utf-8", "replace")
    except (LookupError, ValueError):  # a codec that is not one of text, or refuses to replace
        return body.decode("utf-8", "replace")


def _is_binary(text: str) -> bool:
    odd = sum(
        character == "\ufffd" or (character < " " and character not in "\t\n\r\f")
        for character in text[:MAX_SAMPLE]
    )
    return odd > _BINARY_SHARE * min(len(text), MAX_SAMPLE)
