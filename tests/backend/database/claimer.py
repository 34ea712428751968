"""A process of the service that claims tests and ends them, until none is left.

    python -m tests.backend.database.claimer DATABASE_URL OWNER SLOTS

It says "ready", goes on when it is sent a line, and says for each claim its number in the queue and
how many tests ran then.
"""

from __future__ import annotations

import json
import sys

from backend.database import Database
from backend.database.queries import queue, results


def main() -> None:
    """Claim and end."""
    url, owner, slots = sys.argv[1], sys.argv[2], int(sys.argv[3])
    database = Database(url)
    with database.reading() as session:
        queue.counts(session)
    print("ready", flush=True)
    sys.stdin.readline()
    while True:
        with database.writing() as session:
            claimed = queue.claim(session, owner, slots, lease_seconds=1000)
            counts = queue.counts(session)
        if claimed is None:
            if counts.pending == 0:
                break
            continue
        print(json.dumps([claimed.queue_number, counts.running]), flush=True)
        with database.writing() as session:
            assert results.store(session, claimed.id, "completed", "", None, owner=owner)
    database.close()


if __name__ == "__main__":
    main()
