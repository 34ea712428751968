"""Says in the words of requests what the pipeline says in those of the command line."""

from __future__ import annotations

import re

RENAMED = {"target_url": "host", "duration": "run_time", "thresholds": "threshold", "tags": "tag"}
"""Fields of a start whose setting has another name, and that name."""

_FIELDS = {setting: field for field, setting in RENAMED.items()} | {
    "users": "max_concurrent_users",
    "max_users": "max_concurrent_users",
    "header": "headers",
}
_PHRASES = {
    "give the document with --spec FILE_OR_URL": (
        "where it is elsewhere, give it itself (`document`); a test without one names its "
        "`endpoints`, which are called as they stand"
    ),
    "--token, --basic, --api-key or --header": "`headers`",
    " (Ctrl-C again: at once)": "",
}
"""What is done in another way over REST, or not at all."""

_OPTION = re.compile(r"(?<![^\s('\"])--([a-z][a-z-]*)")  # none within a path such as /a--b


def in_words_of_requests(text: str) -> str:
    """A message of the command line with fields, as `duration`, for options, as --run-time."""
    for phrase, other in _PHRASES.items():
        text = text.replace(phrase, other)
    return _OPTION.sub(_field, text)


def _field(option: re.Match[str]) -> str:
    name = option[1].rstrip("-").replace("-", "_")
    return f"`{_FIELDS.get(name, name)}`"
