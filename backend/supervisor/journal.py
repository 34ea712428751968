"""Writes down what happens in a run, for whoever watches: events.jsonl and progress.json.

The data of a `progress` event, rates and shares being of the last seconds:

    elapsed_s            seconds of load so far
    users                users now
    requests, failures   so far
    requests_per_second, failure_share (0 to 1), p95_ms
    arrivals             of a run at a rate: asked_rate, achieved_rate, dropped, missed

progress.json has the same and, in the words of the result document, the figures of all requests
(`totals`), of each `operations` and what failed (`failures`, in place of their number); besides
what is done now (`stage`) and how far the probe is (`probing`).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from backend.limits import MAX_SORTS_OF_FAILURE
from backend.request_words import in_words_of_requests
from backend.supervisor.folder import TIMELINE, RunFolder, write_json
from benchmark.models import LoadProfile, OperationStats
from benchmark.utils.text_safety import clean_text, mask_secrets
from benchmark.utils.timeline import Progress, TimelineReader
from benchmark.utils.timeline_sums import total_of

_PROBING_SECONDS = 0.5
_PROGRESS_SECONDS = 1.0
_MAX_TEXT = 1_000
_MAX_EVENTS = 200_000  # a second each, for two days: more are not written
_PERCENTILES = (50, 75, 90, 95, 99, 99.9)


class Journal:
    """The observer of a run. What cannot be written is told to `failed`; the run goes on.

    `secrets` appear nowhere.
    """

    def __init__(
        self, folder: RunFolder, secrets: tuple[str, ...], failed: Callable[[OSError], None]
    ) -> None:
        self._folder, self._secrets, self._failed = folder, secrets, failed
        self._last_id = 0
        self._progress: dict[str, Any] = {"stage": ""}
        self._probed_at = self._told_at = float("-inf")
        self._second = -1.0
        self._reader: TimelineReader | None = None

    def stage(self, text: str) -> None:
        """A stage begins or ended."""
        text = self.safe(in_words_of_requests(text))
        self._write("stage", {"text": text})
        self._write_progress({"stage": text})

    def probing(self, done: int, total: int, verified: int) -> None:
        """The probe goes on."""
        now = time.monotonic()
        counts = {"done": done, "total": total, "verified": verified}
        is_new = counts != self._progress.get("probing")
        if is_new and (done >= total or now - self._probed_at >= _PROBING_SECONDS):
            self._probed_at = now
            self._write("probing", counts)
            self._write_progress({"probing": counts})

    def running(self, profile: LoadProfile, progress: Progress) -> None:
        """The load goes on: once a second, when the timeline has a new one."""
        now = time.monotonic()
        if progress.elapsed <= self._second or now - self._told_at < 0.9 * _PROGRESS_SECONDS:
            return
        self._second, self._told_at = progress.elapsed, now
        figures = _figures(progress, has_arrivals=profile.open_model is not None)
        self._write("progress", figures)
        del figures["failures"]
        self._write_progress({**figures, **self._sums(progress.elapsed)})

    def end(self, status: str, reason: str) -> None:
        """The run has ended; the database may not know yet."""
        self._write("end", {"status": status, "reason": self.safe(reason)})

    def ended_by_condition(self) -> bool:
        """Whether a condition of the run's own ended it: its timeline says so."""
        reader = self._timeline()
        if reader is not None:
            with suppress(OSError):
                reader.read_new()
        return reader is not None and bool(reader.abort_reason)

    def safe(self, text: str) -> str:
        """A text without secrets, without control characters, not too long."""
        return clean_text(mask_secrets(text, self._secrets), _MAX_TEXT)

    def _write(self, name: str, data: Mapping[str, Any]) -> None:
        if self._last_id >= _MAX_EVENTS and name != "end":
            return
        self._last_id += 1
        line = json.dumps({"id": self._last_id, "event": name, "data": data}, ensure_ascii=False)
        try:
            with self._folder.events.open("ab", buffering=0) as file:
                file.write(line.encode() + b"\n")
        except OSError as error:
            self._failed(error)

    def _write_progress(self, news: Mapping[str, Any]) -> None:
        self._progress |= news
        try:
            write_json(self._folder.progress, self._progress)
        except OSError as error:
            self._failed(error)

    def _sums(self, seconds: float) -> dict[str, Any]:
        """The figures of all requests and of each operation, so many seconds after the start."""
        reader = self._timeline()
        if reader is None:
            return {}
        reader.read_new()
        operations = reader.operations()
        return {
            "totals": _stats_to_json(total_of(operations), seconds),
            "operations": [
                {"method": each.method, "name": each.name, **_stats_to_json(each, seconds)}
                for each in operations
            ],
            "failures": [asdict(each) for each in reader.failures()[:MAX_SORTS_OF_FAILURE]],
        }

    def _timeline(self) -> TimelineReader | None:
        """What reads the timeline; None before there is one."""
        if self._reader is None:
            path = max(self._folder.path.glob(f"*{TIMELINE}"), default=None)
            self._reader = TimelineReader(path) if path is not None else None
        return self._reader


def _figures(progress: Progress, *, has_arrivals: bool) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "elapsed_s": round(progress.elapsed, 3),
        "users": progress.users,
        "requests": progress.requests,
        "failures": progress.failures,
        "requests_per_second": round(progress.rps, 3),
        "failure_share": round(progress.failure_share, 6),
        "p95_ms": round(progress.p95, 3),
    }
    if has_arrivals:
        arrivals = progress.arrivals
        figures["arrivals"] = {
            "asked_rate": round(arrivals.asked_rate, 3),
            "achieved_rate": round(arrivals.achieved_rate, 3),
            "dropped": arrivals.dropped,
            "missed": arrivals.missed,
        }
    return figures


def _stats_to_json(stats: OperationStats, seconds: float) -> dict[str, Any]:
    latency = stats.latency
    times = {f"p{percent}": latency.percentile(percent) for percent in _PERCENTILES}
    times |= {"mean": latency.mean, "min": latency.lowest, "max": latency.highest}
    return {
        "requests": stats.requests,
        "failures": stats.failures,
        "failure_share": round(stats.failure_share, 6),
        "rps": round(stats.requests / seconds, 3) if seconds > 0 else 0.0,
        "received_bytes": stats.received,
        "statuses": dict(stats.statuses),
        "latency_ms": {name: round(value, 3) for name, value in times.items()},
    }
