"""How long the service's read routes take with many stored results.

    python perf/service.py [--results N] [--requests N] [--clients N] [--pause SECONDS]
                           [--workers N] [--database FILE] [--json FILE]

Rows with whole result documents are put into an SQLite database, and a real uvicorn serves them on
loopback. Each client has a connection of its own, and asks for all routes in turn, each time with
other ids, pages and filters, with a pause after each answer. What is measured is the time from
sending a request to the last byte of its answer. Afterwards each route is asked for alone, to see
how much of a processor the service takes for it. Every documented GET is measured, or the script
says why not.

Prints Markdown; the exit code is 1 where a bar is missed. `--database FILE` keeps the database, and
uses it again.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from load import tables
from load.processes import MeasurementError, accepts, free_port, running, wait_until, working_folder

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the scripts run without the package being installed

from read_routes import COMPUTED, NOT_MEASURED, ROUTES, Route  # noqa: E402 - see above
from stored_results import Stored, fill, what_is_stored  # noqa: E402

from backend.database import Database  # noqa: E402

RESULTS = 10_000
BAR = 20.0
"""Milliseconds: the p95 of each route that reads what is stored."""

_TICKS = os.sysconf("SC_CLK_TCK")
_WARM_UP = 3
"""Requests of each client and route that are not counted: imports, connections, caches."""


# ── Measuring ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of the requests of one route, and the size of an answer in bytes."""

    route: str
    requests: int
    size: int
    p50: float
    p95: float
    p99: float
    has_bar: bool
    processor: float = 0.0
    """Milliseconds of a processor, all processes of the service together."""


def unmeasured(port: int) -> list[str]:
    """Documented GET routes that this script does not know."""
    status, body = _get(http.client.HTTPConnection("127.0.0.1", port, timeout=30), "/openapi.json")
    if status != 200:
        raise MeasurementError(f"/openapi.json answered {status}")
    documented = {path for path, item in json.loads(body)["paths"].items() if "get" in item}
    return sorted(documented - {route.template for route in ROUTES} - NOT_MEASURED.keys())


class Client(threading.Thread):
    """Asks for some routes in turn, on a connection of its own; `problem` says what went wrong."""

    def __init__(
        self,
        port: int,
        stored: Stored,
        number: int = 0,
        routes: Sequence[Route] = (),
        rounds: int = 0,
        pause: float = 0.0,
    ) -> None:
        super().__init__()
        self._routes = routes
        self.problem = ""
        self.taken: defaultdict[str, list[float]] = defaultdict(list)
        self.sizes: defaultdict[str, list[int]] = defaultdict(list)
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._stored, self._rounds, self._pause = stored, rounds, pause
        self._dice = random.Random(number)

    def run(self) -> None:
        """Until it is done, or until an answer is none of success."""
        try:
            for turn in range(self._rounds + _WARM_UP):
                for route in self._dice.sample(self._routes, len(self._routes)):
                    if not self.ask(route, counts=turn >= _WARM_UP):
                        return
        except (OSError, http.client.HTTPException) as error:
            self.problem = repr(error)
        finally:
            self.close()

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def ask(self, route: Route, *, counts: bool) -> bool:
        """One request; whether it succeeded."""
        path = route.path(self._stored, self._dice)
        begin = time.perf_counter()
        status, body = _get(self._connection, path)
        milliseconds = (time.perf_counter() - begin) * 1000
        if status != 200:
            self.problem = f"{path}: {status} {body[:300]!r}"
            return False
        if counts:
            self.taken[route.name].append(milliseconds)
            self.sizes[route.name].append(len(body))
        time.sleep(self._dice.uniform(0, 2 * self._pause))
        return True


def measure(
    port: int, stored: Stored, routes: Sequence[Route], requests: int, clients: int, pause: float
) -> list[Times]:
    """The times of routes, asked for in turn by each client."""
    rounds = max(1, requests // clients)
    asking = [Client(port, stored, number, routes, rounds, pause) for number in range(clients)]
    for client in asking:
        client.start()
    for client in asking:
        client.join()
    if problems := [client.problem for client in asking if client.problem]:
        raise MeasurementError(problems[0])
    return [_times(route, asking) for route in routes]


def _times(route: Route, clients: Sequence[Client]) -> Times:
    taken = [each for client in clients for each in client.taken[route.name]]
    sizes = [each for client in clients for each in client.sizes[route.name]]
    p50, p95, p99 = (_percentile(taken, percent) for percent in (50, 95, 99))
    size = sum(sizes) // len(sizes)
    return Times(route.name, len(taken), size, p50, p95, p99, route.has_bar)


def processor_times(port: int, process: int, stored: Stored, requests: int) -> dict[str, float]:
    """Milliseconds of a processor that one request of each route takes, of all on average."""
    found = {}
    for route in (*ROUTES, *COMPUTED):
        client = Client(port, stored)
        before = _used(process)
        for _ in range(requests):
            client.ask(route, counts=False)
        found[route.name] = (_used(process) - before) / requests * 1000
        client.close()
    return found


def _used(process: int) -> float:
    """Seconds of a processor that a process and its children have used so far."""
    total = 0.0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if process in (int(folder.name), int(fields[1])):
                total += (int(fields[11]) + int(fields[12])) / _TICKS
    return total


def _get(connection: http.client.HTTPConnection, path: str) -> tuple[int, bytes]:
    connection.request("GET", path)
    reply = connection.getresponse()
    return reply.status, reply.read()


def _percentile(values: Sequence[float], percent: int) -> float:
    """The nearest-rank definition."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


# ── The service ───────────────────────────────────────────────────────────────────────────────────


@contextmanager
def service(folder: Path, database: Path, workers: int) -> Iterator[tuple[int, int]]:
    """Port and process of a service on that database, with a rate limit that does not matter."""
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("STRESS_API_")},
        "DATABASE_URL": f"sqlite:///{database}",
        "STRESS_API_RUNS_DIR": str(folder / "runs"),
        "STRESS_API_KEY_FILE": str(folder / "key"),
        "STRESS_API_REQUESTS_PER_MINUTE": "1000000000",
    }
    command = [sys.executable, "-m", "uvicorn", "main:app", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", str(workers), "--no-access-log"]
    log = folder / "service.log"
    with running(command, log, cwd=ROOT / "backend", environment=environment) as process:
        wait_until("the service", lambda: accepts(port), process, log)
        yield port, process.pid


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print the table."""
    options = _parser().parse_args(arguments)
    with working_folder() as folder:
        path = Path(options.database or folder / "stored.db").absolute()
        is_new = not path.exists()
        database = Database(f"sqlite:///{path}")
        try:
            database.migrate()
            if is_new:
                fill(database, options.results)
            stored = what_is_stored(database)
        finally:
            database.close()
        try:
            with service(folder, path, options.workers) as (port, process):
                forgotten = unmeasured(port)
                requests, pause = options.requests, options.pause
                times = measure(port, stored, ROUTES, requests, options.clients, pause)
                times += measure(port, stored, COMPUTED, max(10, requests // 10), 1, pause)
                used = processor_times(port, process, stored, max(20, requests // 10))
            times = [replace(each, processor=used[each.route]) for each in times]
        except MeasurementError as error:
            print(f"error: {error}", file=sys.stderr)  # noqa: T201 - the output of a script
            return 2
        size = path.stat().st_size
    return _show(times, forgotten, size, options.json)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Times of the service's read routes.")
    parser.add_argument("--results", type=int, default=RESULTS, help="stored (%(default)s)")
    parser.add_argument("--requests", type=int, default=400, help="of each route (%(default)s)")
    parser.add_argument("--clients", type=int, default=4, help="at the same time (%(default)s)")
    parser.add_argument(
        "--pause", type=float, default=0.05, help="of a client in seconds, on average (%(default)s)"
    )
    parser.add_argument("--workers", type=int, default=1, help="processes (%(default)s)")
    parser.add_argument("--database", help="a file that is kept, and used again")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    return parser


def _show(
    times: Sequence[Times], forgotten: Sequence[str], size: int, json_file: Path | None
) -> int:
    rows = [
        (
            each.route,
            f"{each.requests:,}",
            f"{each.size / 1000:,.1f}",
            f"{each.p50:.1f}",
            f"{each.p95:.1f}",
            f"{each.p99:.1f}",
            f"{each.processor:.1f}",
            tables.verdict(each.p95, BAR, at_least=False) if each.has_bar else "no bar",
        )
        for each in times
    ]
    columns = (
        "route",
        "requests",
        "kB",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "CPU ms",
        f"p95 < {BAR:g} ms",
    )
    print(tables.markdown(columns, rows))  # noqa: T201 - the output of a script
    print(f"\nDatabase: {size / 1e6:,.0f} MB")  # noqa: T201
    for path in forgotten:
        print(f"not measured: GET {path}")  # noqa: T201
    if json_file is not None:
        json_file.write_text(json.dumps([asdict(each) for each in times], indent=1))
    missed = any(each.has_bar and each.p95 >= BAR for each in times)
    return int(missed or bool(forgotten))


if __name__ == "__main__":
    sys.exit(main())
