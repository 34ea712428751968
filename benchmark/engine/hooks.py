"""What the suite adds to a Locust process: options, the recorder, the load shape, Ctrl-C.

Imported before Locust parses its command line (`python -m benchmark.engine …`), so it works with
any locustfile; a plain `locust -f FILE` does without it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import gevent
from locust import events
from locust.runners import LocalRunner

from benchmark.engine.recorder import Recorder
from benchmark.engine.shapes import STAGES, StagedShape


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
    parser.add_argument(
        "--load-shape", choices=sorted(STAGES), help="scale the users over --run-time",
        include_in_web_ui=False,
    )  # fmt: skip


def _prepare(environment: Any, **_: Any) -> None:
    options = environment.parsed_options
    # Also where the shell that started us in the background lets SIGINT be ignored. Raised by
    # Python itself, it would end whichever user happens to run, without its clean-up.
    gevent.signal_handler(signal.SIGINT, _interrupt)
    if options.timeline:
        if not isinstance(environment.runner, LocalRunner):
            sys.exit("--timeline records one process: leave out --processes, --master, --worker")
        Recorder(environment, Path(options.timeline), options.timeline_facts)
    if options.parent_pid:
        gevent.spawn(_end_with_parent, options.parent_pid)
    if options.load_shape:
        if not options.run_time:
            sys.exit("--load-shape needs --run-time")
        stages = STAGES[options.load_shape](options.num_users or 1, options.run_time)
        environment.shape_class = StagedShape(stages)
        environment.shape_class.runner = environment.runner
        options.run_time = None  # the shape ends the test
    # gevent counts delays from a time that it noted before the imports: the test would end early.
    gevent.get_hub().loop.update_now()


def _interrupt() -> None:
    """Ctrl-C, in the one greenlet that knows what to do then: Locust's main one."""
    gevent.get_hub().handle_system_error(KeyboardInterrupt, KeyboardInterrupt())


def _end_with_parent(parent: int) -> None:
    """Stop the load when the process that watches it is gone: nobody else would."""
    while os.getppid() == parent:
        gevent.sleep(1)
    _interrupt()


def _json_object(text: str) -> dict[str, Any]:
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004  # what argparse expects
    return value


def install() -> None:
    """Register everything with Locust's events."""
    events.init_command_line_parser.add_listener(_add_options)
    events.init.add_listener(_prepare)
