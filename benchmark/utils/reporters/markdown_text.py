"""Text from outside in Markdown: GitHub shows it as it is, and does nothing with it."""

from __future__ import annotations

import re

from benchmark.utils.text_safety import clean_text

# Everything that Markdown or GitHub might read: marks, links, mentions, references to issues, and
# colons that might begin a link or a picture; those of sentences and times stay.
_SPECIAL = re.compile(
    r"[^\w\s/.,:;(){}=?%+…–→−×·-]|(?<!\d):(?=\S)|:(?=[^\s\d])"
    r"|(?<!\w)_|_(?!\w)|(?<=www)\.|^[-+]|(?<=\d)\.(?=\s)"
)


def plain(text: str, limit: int = 300) -> str:
    """A text of at most `limit` characters, of which nothing is read as Markdown or HTML."""
    return _SPECIAL.sub(lambda match: f"&#{ord(match[0])};", clean_text(text, limit))


def code(text: str) -> str:
    """A text of others as code; GitHub looks for no mentions in it."""
    return f"<code>{plain(text)}</code>" if text else ""
