"""The text that a web page shows."""

from __future__ import annotations

import html
import re

_TAG = re.compile(r"<[^<>]{0,2000}>")
_INLINE = re.compile(r"</?(?:a|b|code|em|i|kbd|samp|small|span|strong|tt|u)\b[^<>]{0,2000}>")
_NOT_SHOWN = ("head", "script", "style", "svg")


def page_text(page: str) -> str:
    """What a page shows, its blocks on lines of their own."""
    return html.unescape(_TAG.sub("\n", _INLINE.sub("", _shown(page))))


def _shown(text: str) -> str:
    """A page without what it does not show, in time that grows with its length."""
    for name in _NOT_SHOWN:
        lower, shown, at = text.lower(), [], 0
        while (start := lower.find(f"<{name}", at)) >= 0:
            if lower[start + len(name) + 1 : start + len(name) + 2] not in {
                ">",
                " ",
                "\n",
                "\t",
                "/",
            }:
                shown.append(text[at : start + 1])  # <header> is no <head>
                at = start + 1
                continue
            shown.append(text[at:start])
            end = lower.find(f"</{name}", start)
            at = len(text) if end < 0 else end
        text = "".join([*shown, text[at:]])
    return text
