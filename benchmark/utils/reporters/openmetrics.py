"""The figures of a finished run as OpenMetrics text 1.0, to be pushed or scraped once.

Times are seconds, as the standard asks. Histograms have the usual buckets; the summary beside each
has the percentiles exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from benchmark import __version__
from benchmark.histogram import Histogram, bucket_value, merge_histograms
from benchmark.models import OperationStats, Report
from benchmark.utils.text_safety import clean_text

BUCKETS = (
    *(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5),
    *(1.0, 2.5, 5.0, 10.0, 30.0, 60.0),
)
"""Upper bounds in seconds."""
QUANTILES = (0.5, 0.75, 0.9, 0.95, 0.99, 0.999)
_PREFIX = "stress_api_"

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Family:
    """A metric with its samples, each a suffix of the name, labels and a value."""

    name: str
    kind: str
    unit: str
    help: str
    samples: tuple[tuple[str, Labels, float], ...]

    def lines(self) -> Iterator[str]:
        """Its descriptors and samples as text."""
        if not self.samples:
            return
        name = _PREFIX + self.name
        yield f"# TYPE {name} {self.kind}"
        if self.unit:
            yield f"# UNIT {name} {self.unit}"
        yield f"# HELP {name} {_escaped(self.help)}"
        for suffix, labels, value in self.samples:
            yield f"{name}{suffix}{_labels(labels)} {_number(value)}"


def render_openmetrics(report: Report) -> str:
    """The report as an exposition, which ends with its end mark."""
    lines = (line for family in _families(report) for line in family.lines())
    return "\n".join([*lines, "# EOF", ""])


def _families(report: Report) -> Iterator[_Family]:
    result = report.result
    yield _Family(
        "run", "info", "", "What was run, and the verdict.", (("_info", _facts(report), 1),)
    )
    start = result.started_at.timestamp()
    yield _gauge("run_start_timestamp", "seconds", "When the run began (Unix time).", start)
    yield _gauge("run_duration", "seconds", "How long it took.", result.duration)
    users = max((second.users for second in result.timeline), default=result.profile.users)
    yield _gauge("users", "", "The most users at work at once.", users)
    operations = _unique(result.operations)
    yield _counter("requests", "", "Requests sent.", operations, lambda each: each.requests)
    yield _counter("failures", "", "Requests that failed.", operations, lambda each: each.failures)
    yield _counter(
        "received_bytes", "bytes", "Bodies of answers.", operations, lambda e: e.received
    )
    yield _responses(operations)
    service = {key: each.latency for key, each in operations.items()}
    yield from _latencies("latency", "From the first byte sent to the last one read", service)
    scheduled = {key: each.latency_from_schedule for key, each in operations.items()}
    yield from _latencies("latency_from_schedule", "From when it should have begun", scheduled)
    if (arrivals := result.arrivals) is not None:
        counts = {
            "asked": arrivals.asked,
            "started": arrivals.started,
            "dropped": arrivals.dropped,
            "missed": arrivals.missed,
        }
        samples = tuple(("_total", {"outcome": name}, n) for name, n in counts.items())
        yield _Family("iterations", "counter", "", "Iterations of the open model.", samples)
    yield _thresholds(report)


def _thresholds(report: Report) -> _Family:
    held = {
        (_label(each.threshold.text), _label(each.operation)): each.held
        for each in report.thresholds
    }
    samples = tuple(
        ("", {"threshold": text, "operation": operation}, int(value))
        for (text, operation), value in held.items()
    )
    return _Family("threshold_held", "gauge", "", "1 where a threshold held, else 0.", samples)


def _facts(report: Report) -> Labels:
    result = report.result
    return {
        "version": __version__,
        "test_type": _label(result.test_type),
        "target": _label(result.base_url),
        "status": result.status,
        "grade": report.grade,
        "measurement": report.validity.verdict,
    }


Operations = Mapping[tuple[str, str], OperationStats]


def _unique(operations: Iterable[OperationStats]) -> Operations:
    """Operations by their labels, which must not come twice: those that look alike are one."""
    unique: dict[tuple[str, str], OperationStats] = {}
    for each in operations:
        key = (_label(each.method), _label(each.name))
        unique[key] = _together(unique[key], each) if key in unique else each
    return unique


def _together(one: OperationStats, other: OperationStats) -> OperationStats:
    codes = {*one.statuses, *other.statuses}
    return OperationStats(
        method=one.method,
        name=one.name,
        requests=one.requests + other.requests,
        failures=one.failures + other.failures,
        latency=merge_histograms((one.latency, other.latency)),
        statuses={code: one.statuses.get(code, 0) + other.statuses.get(code, 0) for code in codes},
        received=one.received + other.received,
        latency_from_schedule=merge_histograms(
            (one.latency_from_schedule, other.latency_from_schedule)
        ),
    )


def _gauge(name: str, unit: str, about: str, value: float) -> _Family:
    return _Family(f"{name}_{unit}" if unit else name, "gauge", unit, about, (("", {}, value),))


def _counter(
    name: str, unit: str, about: str, operations: Operations, count: Callable[[OperationStats], int]
) -> _Family:
    samples = tuple(
        ("_total", {"method": method, "operation": operation}, count(each))
        for (method, operation), each in operations.items()
    )
    return _Family(name, "counter", unit, about, samples)


def _responses(operations: Operations) -> _Family:
    counts: dict[tuple[str, str, str], int] = {}
    for (method, name), each in operations.items():
        for status, number in each.statuses.items():
            key = (method, name, "none" if status == "0" else _label(status))
            counts[key] = counts.get(key, 0) + number
    samples = tuple(
        ("_total", {"method": method, "operation": name, "status": status}, number)
        for (method, name, status), number in counts.items()
    )
    return _Family("responses", "counter", "", "Answers by HTTP status; none: none came.", samples)


def _latencies(
    name: str, about: str, latencies: Mapping[tuple[str, str], Histogram]
) -> Iterator[_Family]:
    buckets: list[tuple[str, Labels, float]] = []
    quantiles: list[tuple[str, Labels, float]] = []
    for (method, operation), latency in latencies.items():
        if not latency.counts:
            continue
        labels = {"method": method, "operation": operation}
        ends: list[tuple[str, Labels, float]] = [
            ("_count", labels, latency.count),
            ("_sum", labels, latency.total / 1000),
        ]
        buckets += [("_bucket", {**labels, "le": le}, n) for le, n in _cumulated(latency)]
        buckets += ends
        for quantile in QUANTILES:
            value = latency.percentile(quantile * 100) / 1000
            quantiles.append(("", {**labels, "quantile": _number(quantile)}, value))
        quantiles += ends
    yield _Family(f"{name}_seconds", "histogram", "seconds", f"{about}.", tuple(buckets))
    yield _Family(
        f"{name}_quantile_seconds", "summary", "seconds", f"{about}: percentiles.", tuple(quantiles)
    )


def _cumulated(latency: Histogram) -> Iterator[tuple[str, int]]:
    """How many latencies were at most as long as each bound, to the width of our own buckets."""
    values = [(bucket_value(index) / 1000, count) for index, count in latency.counts.items()]
    for bound in BUCKETS:
        yield _number(bound), sum(count for value, count in values if value <= bound)
    yield "+Inf", latency.count


def _number(value: float) -> str:
    """A number as the standard writes it: counts whole, bounds with a point."""
    return str(value) if isinstance(value, int) else repr(round(float(value), 9))


def _label(text: str) -> str:
    return clean_text(text)


def _labels(labels: Labels) -> str:
    pairs = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return f"{{{pairs}}}" if pairs else ""


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
