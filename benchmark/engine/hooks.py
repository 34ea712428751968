"""What the suite adds to a Locust process: options, the record, the load shape, ends.

Imported before Locust parses its command line (`python -m benchmark.engine …`), so it works with
any locustfile; a plain `locust -f FILE` does without it.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

from locust import events
from locust.runners import WorkerRunner

from benchmark.engine import locust_repairs
from benchmark.engine.aborting import Aborting, add_abort_option
from benchmark.engine.counters import add_source
from benchmark.engine.http_client import counters as client_counters
from benchmark.engine.load_options import add_load_options, prepare_load
from benchmark.engine.loop_time import count_from_now
from benchmark.engine.recording import record_test
from benchmark.engine.stopping import end_in_order, end_with_parent


def _add_options(parser: Any, **_: Any) -> None:
    parser.add_argument(
        "--timeline", metavar="FILE", help="write what happens, second by second",
        include_in_web_ui=False,
    )  # fmt: skip
    parser.add_argument(
        "--timeline-facts", metavar="JSON", default="{}", type=_json_object,
        help="what its first line says besides", include_in_web_ui=False,
    )  # fmt: skip
    parser.add_argument(
        "--parent-pid", metavar="PID", type=int, help="end when this is no longer our parent",
        include_in_web_ui=False,
    )  # fmt: skip
    add_load_options(parser)
    add_abort_option(parser)


def _prepare(environment: Any, **_: Any) -> None:
    options = environment.parsed_options
    end_in_order(environment)
    add_source(_client_counts)
    path = Path(options.timeline) if options.timeline else None
    is_worker = isinstance(environment.runner, WorkerRunner)
    if options.abort_on and path is None and not is_worker:
        sys.exit("--abort-on needs --timeline: it judges what is recorded")
    record_test(environment, path, options.timeline_facts, Aborting(environment, options.abort_on))
    if is_worker and options.processes:
        end_with_parent(os.getppid())  # the master that it was forked from
    elif options.parent_pid:
        end_with_parent(options.parent_pid)
    prepare_load(environment)
    locust_repairs.warm_up()
    count_from_now()


def _client_counts() -> dict[str, float]:
    """What our HTTP client counts, but for what goes up and down."""
    counts = client_counters.snapshot()
    return {name: n for name, n in counts.items() if name not in {"connections_open", "timeouts"}}


def _raise_descriptor_limit() -> None:
    """As many sockets as the system lets us have; Locust would stop at 10,000."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _json_object(text: str) -> dict[str, Any]:
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004  # what argparse expects
    return value


def install() -> None:
    """Register everything with Locust's events."""
    _raise_descriptor_limit()
    locust_repairs.install()
    events.init_command_line_parser.add_listener(_add_options)
    events.init.add_listener(_prepare)
