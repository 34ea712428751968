"""Writes the timeline file: a first line, a line for each second, a last line.

One JSON object per line, flushed each time, so that a run that is killed leaves everything up to
its last second. Lines are deltas: the sum of all of them is the result.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import gevent
import orjson

SCHEMA_VERSION = 3
_PAUSE = 0.001  # seconds; see `recorder`


class TimelineFile:
    """The file of one test."""

    def __init__(self, path: Path) -> None:
        self._file: IO[bytes] = path.open("wb")

    def write(self, line: Mapping[str, Any]) -> None:
        """Write one line."""
        self._file.write(_json(line) + b"\n")
        self._file.flush()

    def write_second(self, line: Mapping[str, Any]) -> None:
        """Write the line of a second; others may run while it is put into words."""
        operations = []
        for operation in line["operations"]:
            operations.append(_json(operation))
            gevent.sleep(_PAUSE)
        rest = {name: value for name, value in line.items() if name != "operations"}
        self._file.write(b'%b,"operations":[%b]}\n' % (_json(rest)[:-1], b",".join(operations)))
        self._file.flush()

    def close(self) -> None:
        """Nothing more comes."""
        self._file.close()


def _json(value: Any) -> bytes:
    try:
        return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:  # half a character, which has no bytes, in a name of the locustfile
        return json.dumps(value).encode()
