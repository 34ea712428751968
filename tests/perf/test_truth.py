"""The truth about a run, as the measurements compute it from a server's log."""

from __future__ import annotations

import json
from array import array
from pathlib import Path

import pytest

from perf.load.truth import Truth, from_schedule, is_within, lateness, percentile, read_log

MS = 1_000_000


def log_of(*requests: tuple[float, float], connections: tuple[int, ...] = ()) -> Truth:
    """A log of requests, each with its arrival and its answer in milliseconds."""
    return Truth(
        [int(arrival * MS) for arrival, _ in requests],
        [int(answer * MS) for _, answer in requests],
        connections or tuple(range(len(requests))),
        [0] * len(requests),
        [],
    )


@pytest.mark.parametrize(
    ("percent", "expected"), [(0, 1.0), (50, 2.0), (75, 3.0), (75.1, 4.0), (99.9, 4.0), (100, 4.0)]
)
def test_percentiles_are_of_the_nearest_rank(percent: float, expected: float) -> None:
    """A percentile is a value that occurred: the least that so many do not exceed."""
    assert percentile([1.0, 2.0, 3.0, 4.0], percent) == expected


def test_nothing_has_the_percentile_zero() -> None:
    """Where nothing was answered there is no error."""
    assert percentile([], 99) == 0.0


def test_a_window_holds_what_was_answered_in_it() -> None:
    """Requests count by the time of their answer, as the recorder counts them; by size."""
    log = log_of((10, 40), (20, 35), (50, 60), (1000, 0))
    assert log.between(0.0, 0.050) == [15.0, 30.0]
    assert log.between(0.036, 1.0) == [10.0, 30.0]


def test_a_window_is_given_in_wall_clock_time() -> None:
    """The server's own clock began at another time; its log says how far it is behind."""
    log = Truth([10 * MS], [40 * MS], [0], [0], [], wall_clock_ahead=5_000 * MS)
    assert log.between(5.0, 5.050) == [30.0]
    assert log.between(0.0, 0.050) == []


def test_the_first_request_of_each_connection() -> None:
    """A user has started when its connection carried its first request."""
    log = log_of((1, 2), (3, 4), (5, 6), (7, 8), connections=(1, 1, 0, 1))
    assert log.first_arrivals() == [1 * MS, 5 * MS]


def test_without_a_stall_the_correction_changes_nothing() -> None:
    """Requests that start when they are due have the same latency either way."""
    log = log_of(*((number * 10, number * 10 + 4) for number in range(100)))
    assert from_schedule(log, 100) == pytest.approx([4.0] * 100)
    assert lateness(log, 100) == pytest.approx([0.0] * 100)


def test_a_stall_counts_for_all_that_were_due_meanwhile() -> None:
    """One user, a request due each 10 ms, and a server that stalls for 50 ms: each waits its share.

    The measured service times know of one slow request, the schedule of five.
    """
    log = log_of(
        *((0, 1), (10, 60)),  # the second is stalled; those due at 20 to 50 start late
        *((60, 61), (61, 62), (62, 63), (63, 64), (64, 65), (70, 71)),
    )
    assert log.between(0, 1) == [1, 1, 1, 1, 1, 1, 1, 50]
    assert from_schedule(log, 100) == pytest.approx([1, 1, 5, 14, 23, 32, 41, 50])
    assert lateness(log, 100) == pytest.approx([0, 0, 0, 4, 13, 22, 31, 40])


def test_the_schedule_begins_where_the_least_late_request_says() -> None:
    """A first request that starts late does not make the schedule late."""
    log = log_of((7, 8), (10, 11), (20, 21))
    assert from_schedule(log, 100) == pytest.approx([1, 1, 8])


def test_requests_without_an_answer_keep_their_place_in_the_schedule() -> None:
    """They have no latency, but those after them are due no earlier."""
    log = log_of((0, 1), (10, 0), (20, 21))
    assert from_schedule(log, 100) == pytest.approx([1, 1])


@pytest.mark.parametrize(
    ("true", "said", "holds"),
    [(20.0, 20.4, True), (20.0, 20.5, False), (1.0, 1.2, True), (1.0, 0.7, False)],
)
def test_a_figure_is_right_to_a_share_or_to_milliseconds(
    true: float, said: float, holds: bool
) -> None:
    """The larger of both allowances counts, in either direction."""
    assert is_within(true, said, 0.02, 0.2) is holds


def written(path: Path, head: dict[str, int], *values: int) -> Path:
    """A log as the server writes it."""
    path.write_bytes(json.dumps(head).encode() + b"\n" + array("q", values).tobytes())
    return path


HEAD = {"requests": 2, "accepted": 1, "wall_clock_ahead_ns": 9}


def test_a_log_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Each list follows the one before, as the head says."""
    log = read_log(written(tmp_path / "log", HEAD, 1, 2, 3, 4, 0, 0, 5, 6, 7))
    assert (list(log.arrivals), list(log.answers)) == ([1, 2], [3, 4])
    assert (list(log.connections), list(log.sleeps), list(log.accepted)) == ([0, 0], [5, 6], [7])
    assert log.wall_clock_ahead == 9


def test_a_log_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    """Half of the truth is none."""
    with pytest.raises(ValueError, match="cut short"):
        read_log(written(tmp_path / "log", HEAD, 1, 2, 3, 4, 0, 0, 5, 6))
