"""A process of the service that starts: makes tables and key, then says something encrypted.

    python -m tests.backend.database.starter DATABASE_URL KEY_FILE

It says "ready", and goes on when it is sent a line, so that several do so at once.
"""

from __future__ import annotations

import sys
from pathlib import Path

from backend.database import Database, open_cipher


def main() -> None:
    """Start, as the service does."""
    url, key_file = sys.argv[1:]
    print("ready", flush=True)
    sys.stdin.readline()
    database = Database(url)
    database.migrate()
    database.check()
    database.close()
    print(open_cipher(Path(key_file)).encrypt("one", {"said": "hello"}).decode(), flush=True)


if __name__ == "__main__":
    main()
