"""Numbers for Prometheus: requests as this service counts them, runs as the database has them.

Several processes of one service share a folder, which `PROMETHEUS_MULTIPROC_DIR` names, and any of
them tells the sum of all. `stress-api serve` makes it. Without it each tells its own requests:
right for one process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from backend.database import Database, DatabaseUnavailable
from backend.database.queries import queue
from backend.observability.sharing import forget_the_dead, reserve, shared_folder
from backend.settings import ServiceSettings
from benchmark import __version__

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SORTS = ("counter", "gauge_livesum", "histogram")
"""The sorts of what is counted below."""

_BOUNDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


# Two functions of the library have no annotations.
_leave_out_created: Callable[[], None] = disable_created_metrics  # they double the text
_sum_of_all_processes: Callable[[CollectorRegistry], object] = MultiProcessCollector


class Metrics:
    """What is counted of one application. Each has a registry of its own.

    Raises UsageError where the folder that processes share cannot be used.
    """

    def __init__(self, database: Database, settings: ServiceSettings) -> None:
        _leave_out_created()
        self._shared = shared_folder()
        if self._shared is not None:
            reserve(self._shared, _SORTS)
        self._own = CollectorRegistry()
        labels = ("method", "route", "status")
        self._requests = Counter(
            "stress_api_http_requests", "Answered requests.", labels, registry=self._own
        )
        self._seconds = Histogram(
            "stress_api_http_request_seconds",
            "Time to the beginning of the answer.",
            ("method", "route"),
            buckets=_BOUNDS,
            registry=self._own,
        )
        self._open = Gauge(
            "stress_api_event_streams",
            "Open streams of events.",
            registry=self._own,
            multiprocess_mode="livesum",
        )
        self._runs = CollectorRegistry()
        self._runs.register(_Runs(database, settings))

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered; `route` is the template, never a path with ids."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def stream_opened(self) -> None:
        """A client began to watch a run."""
        self._open.inc()

    def stream_closed(self) -> None:
        """A client watches no longer."""
        self._open.dec()

    def text(self) -> bytes:
        """All of it, in Prometheus' text format."""
        requests = self._own
        if self._shared is not None:
            forget_the_dead(self._shared)
            requests = CollectorRegistry()
            _sum_of_all_processes(requests)
        return generate_latest(requests) + generate_latest(self._runs)


class _Runs(Collector):
    """How many tests wait and run over all processes, asked when somebody looks."""

    def __init__(self, database: Database, settings: ServiceSettings) -> None:
        self._database, self._settings = database, settings

    def describe(self) -> Iterator[Metric]:
        """Nothing, so that registering asks no database."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """The numbers of this moment; without the database only that it is away."""
        yield InfoMetricFamily("stress_api", "The service.", value={"version": __version__})
        up = GaugeMetricFamily("stress_api_database_up", "1 where the database answers, else 0.")
        try:
            with self._database.reading() as session:
                counts = queue.counts(session)
        except DatabaseUnavailable:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        runs = GaugeMetricFamily("stress_api_runs", "Tests that wait or run.", labels=["status"])
        runs.add_metric(["pending"], counts.pending)
        runs.add_metric(["running"], counts.running)
        yield runs
        slots = self._settings.slots
        yield GaugeMetricFamily("stress_api_run_slots", "Tests that may run at once.", value=slots)
        free = max(0, slots - counts.running)
        yield GaugeMetricFamily("stress_api_free_run_slots", "More that could run.", value=free)
