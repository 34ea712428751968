"""What the suite adds to a Locust process: options, the recorder, the load shape, Ctrl-C.

Imported before Locust parses its command line (`python -m benchmark.engine …`), so it works with
any locustfile; a plain `locust -f FILE` does without it.
"""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import gevent
from locust import events

from benchmark.engine.api_user import ApiUser
from benchmark.engine.recorder import Recorder
from benchmark.engine.shapes import STAGES, StagedShape


def _add_options(parser: Any, **_: Any) -> None:
    parser.add_argument(
        "--timeline", metavar="FILE", help="write what happens, second by second",
        include_in_web_ui=False,
    )  # fmt: skip
    parser.add_argument(
        "--timeline-facts", metavar="JSON", default="{}", help="what its first line says besides",
        include_in_web_ui=False,
    )  # fmt: skip
    parser.add_argument(
        "--load-shape", choices=sorted(STAGES), help="scale the users over --run-time",
        include_in_web_ui=False,
    )  # fmt: skip


def _prepare(environment: Any, **_: Any) -> None:
    options = environment.parsed_options
    # A shell that starts us in the background lets SIGINT be ignored, and Locust inherits that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if options.timeline:
        Recorder(environment, Path(options.timeline), json.loads(options.timeline_facts))
        gevent.spawn(_end_with_parent, environment.runner, os.getppid())
    if options.load_shape and options.run_time:
        stages = STAGES[options.load_shape](options.num_users or 1, options.run_time)
        environment.shape_class = StagedShape(stages)
        environment.shape_class.runner = environment.runner
        options.run_time = None  # the shape ends the test


def _end_with_parent(runner: Any, parent: int) -> None:
    """Stop the load when the process that watches it is gone: nobody else would."""
    while os.getppid() == parent:
        gevent.sleep(1)
    runner.quit()


def _start_over(environment: Any, **_: Any) -> None:
    for user_class in environment.user_classes:
        if issubclass(user_class, ApiUser):
            user_class.start_over()


def install() -> None:
    """Register everything with Locust's events."""
    events.init_command_line_parser.add_listener(_add_options)
    events.init.add_listener(_prepare)
    events.test_start.add_listener(_start_over)
