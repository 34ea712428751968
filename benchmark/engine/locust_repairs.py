"""Mends places in which Locust would spoil what it measures, by means that it leaves open.

- It keeps two digits of a response time, and no fractions of a millisecond.
- Its CSV files end up to a second before the run does, and are rewritten each second at several
  milliseconds for each operation: time that the users of the same process would measure.
- A worker builds Locust's whole command-line parser some eighty times whenever its master sends it
  users: 150 ms of processor time in which nobody is served, each second of a ramp.
- Its own statistics of a request ask the clock twice and find the bucket twice, in nine calls.
- When a test ends, it looks for the caller of its own method, for a line that nobody logs: 35 ms,
  the first time in a process, in which the last answers wait to be read.
"""

from __future__ import annotations

import inspect
import time
from bisect import bisect_left
from functools import cache
from itertools import accumulate
from typing import Any

import gevent
from locust import argument_parser, runners, stats

REPORT_SECONDS = 1.0
"""How often a worker reports to its master."""


def three_digits(milliseconds: float) -> float:
    """A response time to three significant digits, seconds to the millisecond."""
    # Not `round`, which takes three times as long with a number of digits.
    if milliseconds < 1:
        return int(milliseconds * 1000 + 0.5) / 1000
    if milliseconds < 10:
        return int(milliseconds * 100 + 0.5) / 100
    if milliseconds < 100:
        return int(milliseconds * 10 + 0.5) / 10
    return round(milliseconds) if milliseconds < 10_000 else round(milliseconds, -1)


def log_request(
    self: stats.RequestStats,
    method: str,
    name: str,
    response_time: float | None,
    content_length: int,
) -> None:
    """What Locust's own function of this name does, in one piece; it runs for each request."""
    if response_time is None:
        _log_request(self, method, name, response_time, content_length)  # type: ignore[arg-type]
        return
    now = time.time()
    second = int(now)
    bucket = stats.bucket_response_time(response_time)
    entry: Any  # Locust says int of what has always been a float
    for entry in (self.total, self.entries[(name, method)]):
        last = entry.last_request_timestamp
        if last and entry.use_response_times_cache and second > int(last):
            entry._cache_response_times(second - 1)
        entry.last_request_timestamp = now
        entry.num_requests += 1
        entry.num_reqs_per_sec[second] += 1
        entry.total_response_time += response_time
        entry.total_content_length += content_length
        lowest = entry.min_response_time
        if lowest is None or response_time < lowest:
            entry.min_response_time = response_time
        if response_time > entry.max_response_time:  # noqa: PLR1730  # max() takes twice as long
            entry.max_response_time = response_time
        entry.response_times[bucket] += 1


_log_request = stats.RequestStats.log_request


def quicken_statistics(**_: Any) -> None:
    """Have Locust count requests by `log_request`, where it still uses its own function.

    It changes no number, so it is done in a plain `locust -f FILE` too.
    """
    if stats.RequestStats.log_request is _log_request:
        stats.RequestStats.log_request = log_request  # type: ignore[method-assign]  # the same


class CompleteCsvWriter(stats.StatsCSVFileWriter):
    """Writes the history while the run goes on, and everything else once, when it is over."""

    def stats_writer(self) -> None:
        """Write the history, a line at a time."""
        self.stats_history_csv_writer.writerow(self.stats_history_csv_columns)
        while not self.stats_history_csv_filehandle.closed:
            self._stats_history_data_rows(self.stats_history_csv_writer, time.time())
            self.stats_history_flush()
            gevent.sleep(stats.CSV_STATS_INTERVAL_SEC)

    def _percentile_fields(
        self, stats_entry: stats.StatsEntry, use_current: bool = False
    ) -> list[str] | list[int]:
        """The percentiles of a line, by Locust's definition, rounded to whole milliseconds.

        Locust cuts them off, and sorts the response times anew for each percentile: nine
        milliseconds a line, with three digits.
        """
        requests = stats_entry.num_requests - stats_entry.num_none_requests
        if use_current or requests <= 0:
            return super()._percentile_fields(stats_entry, use_current)
        ascending = sorted(stats_entry.response_times.items())
        up_to = list(accumulate(count for _, count in ascending))
        # Locust's rank is one more than the nearest one, where that is a whole number.
        ranks = (min(int(requests * each) + 1, requests) for each in self.percentiles_to_report)
        return [round(ascending[bisect_left(up_to, rank)][0]) for rank in ranks]

    def close_files(self) -> None:
        """Write the rest: the run is over."""
        self.requests_csv(self.requests_csv_writer)
        self.failures_csv(self.failures_csv_writer)
        self.exceptions_csv(self.exceptions_csv_writer)
        super().close_files()


def install() -> None:
    """Replace what Locust lets be replaced; before it starts, so that workers have it too."""
    stats.bucket_response_time = three_digits  # type: ignore[assignment]  # floats are fine there
    quicken_statistics()
    stats.StatsCSVFileWriter = CompleteCsvWriter  # type: ignore[misc]  # a subclass of it
    runners.WORKER_REPORT_INTERVAL = REPORT_SECONDS
    argument_parser.default_args_dict = cache(argument_parser.default_args_dict)


def warm_up() -> None:
    """Do before the test what takes long for the first time only."""
    argument_parser.default_args_dict()
    inspect.stack()
