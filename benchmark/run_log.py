"""The log of a run: what Locust printed, made safe to keep and to show."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from benchmark.utils.text_safety import clean_text, mask_secrets

_MAX_LINE = 2000
_PREFIX = re.compile(r"^\[[^\]]*\] \S+/[A-Z]+/[\w.]+: ")  # time, host, level, logger

_WORDS = ("Error", "ERROR", "CRITICAL", "error:", "No User class", "Unknown", "Could not")


class LogWriter(threading.Thread):
    """Copies what Locust prints to the log file, secrets masked and control characters removed."""

    def __init__(self, output: IO[str], path: Path, secrets: Sequence[str]) -> None:
        super().__init__(daemon=True)
        self._output, self._path, self._secrets = output, path, tuple(secrets)
        self._last: deque[str] = deque(maxlen=200)

    def run(self) -> None:
        """Copy until the output ends."""
        with self._path.open("w", encoding="utf-8") as file, self._output as output:
            for line in output:
                text = _safe_line(mask_secrets(line.rstrip("\n"), self._secrets))
                self._last.append(text)
                with suppress(OSError):  # a full disk must not make Locust wait for a reader
                    file.write(text + "\n")
                    file.flush()

    def last_problem(self) -> str:
        """The last line that says what went wrong, else the last line."""
        return self.problem() or _told((list(self._last) or ["it printed nothing"])[-1])

    def problem(self) -> str:
        """The last line that says what went wrong; "" where none does."""
        telling = [line for line in self._last if any(word in line for word in _WORDS)]
        return _told(telling[-1]) if telling else ""


def _told(line: str) -> str:
    return _PREFIX.sub("", line).strip()


def _safe_line(text: str) -> str:
    """Without control characters; spaces stay, since Locust prints tables."""
    return " ".join(clean_text(part, _MAX_LINE) for part in text[:_MAX_LINE].split(" "))
