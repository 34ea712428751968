"""The load that a Locust process is asked for beyond Locust's own options: shapes and arrivals."""

from __future__ import annotations

import sys
from typing import Any

from locust.runners import WorkerRunner

from benchmark.curve import Curve
from benchmark.engine.arrivals import ArrivalControl, rate_curve
from benchmark.engine.scheduled_user import ScheduledUser
from benchmark.engine.shapes import CurveShape
from benchmark.errors import UsageError
from benchmark.stages import PRESET_SHAPES, parse_stages


def add_load_options(parser: Any) -> None:
    """Add the options. Those that the web page shows hold for the test that is started there."""
    parser.add_argument(
        "--load-shape", choices=sorted(PRESET_SHAPES), include_in_web_ui=False,
        help="scale the users, or the rate, over --run-time",
    )  # fmt: skip
    parser.add_argument(
        "--stages", metavar="STAGES", include_in_web_ui=False,
        help="30s:50,2m:200,30s:0 for users, 30s:50/s for iterations per second",
    )  # fmt: skip
    parser.add_argument(
        "--request-rate", metavar="NUMBER", type=float, default=0.0,
        help="start so many iterations per second, however slow the answers are (0: users go on "
        "by themselves)",
    )  # fmt: skip
    parser.add_argument(
        "--arrivals", choices=("constant", "poisson"), default="constant",
        help="whether iterations start evenly or at random",
    )  # fmt: skip
    parser.add_argument(
        "--max-start-delay", metavar="SECONDS", type=float, default=10.0,
        help="an iteration that could not start in this time is dropped",
    )  # fmt: skip
    parser.add_argument(
        "--arrivals-seed", metavar="NUMBER", type=int, default=42, include_in_web_ui=False,
        help="another number makes other random arrivals",
    )  # fmt: skip


def prepare_load(environment: Any) -> None:
    """Set the load shape, and let arrivals begin with each test.

    Where the load has an end of its own, `--run-time` is taken out of Locust's hands: the seconds
    of an open run begin when its users are there.
    """
    options = environment.parsed_options
    try:
        curve = rate_curve(options, options.run_time)
        # Locust takes the run time from its forked workers; the master tells them their users.
        is_worker = isinstance(environment.runner, WorkerRunner)
        users = None if curve or is_worker else _users_curve(options)
    except UsageError as problem:
        sys.exit(f"--stages: {problem.message}; {problem.hint}")
    control = ArrivalControl(environment, options.run_time, ScheduledUser)
    if curve is not None and (strangers := control.problem()):
        sys.exit(strangers)
    if users is not None and not isinstance(environment.runner, WorkerRunner):
        environment.shape_class = CurveShape(users)
        environment.shape_class.runner = environment.runner
    if users is not None or curve is not None:
        options.run_time = None


def _users_curve(options: Any) -> Curve | None:
    """How many users there are over time; None where they ramp up and stay."""
    if options.stages:
        stages = parse_stages(options.stages).stages
    elif options.load_shape:
        if not options.run_time:
            sys.exit("--load-shape needs --run-time")
        stages = PRESET_SHAPES[options.load_shape](options.num_users or 1, options.run_time)
    else:
        return None
    return Curve((stage.seconds, stage.target) for stage in stages)
