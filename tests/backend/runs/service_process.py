"""A service as a process of its own, to be killed: the folder of its settings is its argument.

It prints a line when it has begun, and ends in order when its standard input does.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.backend.runs.services import running, settings_in


def main() -> None:
    """Serve until told otherwise."""
    with running(settings_in(Path(sys.argv[1]), lease_seconds=float(sys.argv[2]))):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
