"""Follows the timeline of a step while it grows, and keeps its seconds."""

from __future__ import annotations

from pathlib import Path

from benchmark.models.load import ASKED
from benchmark.utils.timeline_lines import SecondLine, parse_line

_CHUNK_BYTES = 1_000_000
_MAX_LINE_BYTES = 16_000_000


class StepFollower:
    """The seconds of a step, from the first one in which its schedule asked for an iteration.

    Before that the users are made, which may take a while where they are many.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._rest = b""
        self.seconds: list[SecondLine] = []

    def read_new(self) -> bool:
        """Read what was added; whether that was a second at least. Raises OSError."""
        known = len(self.seconds)
        try:
            stream = self._path.open("rb")
        except FileNotFoundError:
            return False
        with stream:
            stream.seek(self._offset)
            while chunk := stream.read(_CHUNK_BYTES):
                self._offset += len(chunk)
                self._take(chunk)
        return len(self.seconds) > known

    def _take(self, chunk: bytes) -> None:
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if len(self._rest) > _MAX_LINE_BYTES:
            self._rest = b""
        for text in lines:
            try:
                line = parse_line(text)
            except ValueError:
                continue  # what is no line of a timeline says nothing
            if isinstance(line, SecondLine) and (self.seconds or line.counters.get(ASKED)):
                self.seconds.append(line)
