"""Writes a file whole or not at all."""

from __future__ import annotations

from pathlib import Path


def replace_file(path: Path, text: str) -> None:
    """Writes `text` beside `path` and moves it there: no reader sees half of it. Raises OSError."""
    unfinished = path.with_name(path.name + ".part")
    try:
        unfinished.write_text(text, encoding="utf-8", errors="replace", newline="\n")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
