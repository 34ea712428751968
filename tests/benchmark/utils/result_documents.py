"""Results of every kind as JSON, and the schema that describes them, for several tests."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
from sample_runs import (
    end_line,
    operation_second,
    sample_lines,
    sample_result,
    second_line,
    start_line,
    write_lines,
)

from benchmark.abort_conditions import parse_abort_condition
from benchmark.histogram import HistogramBuilder
from benchmark.models import LoadProfile, OpenModel, ProcessHealth, Report, RunResult, Stage
from benchmark.thresholds import parse_threshold
from benchmark.utils.analyze_results import analyze
from benchmark.utils.result_files import read_result

ROOT = Path(__file__).resolve().parents[3]
SCHEMA = json.loads((ROOT / "docs/result.schema.json").read_text(encoding="utf-8"))
ABORT_ON = ("failures<50% for 10s", "GET /: p95<2s for 30s")
THRESHOLDS = ("p95<500ms", "failures<0.1%", "GET *: p99<400ms", "GET /nowhere: rps>1")


def strict(schema: Any) -> Any:
    """The schema with every member forbidden that it does not describe."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: strict(part) for name, part in schema.items()}
    if "properties" in closed and schema.get("type") == "object":
        closed.setdefault("additionalProperties", False)
    return closed


VALIDATOR = jsonschema_rs.Draft202012Validator(strict(SCHEMA), validate_formats=True)


def complaints(document: Any) -> list[str]:
    """What the schema, and nothing beyond it, has against a document."""
    return [
        f"{each.instance_path}: {each.message[:200]}" for each in VALIDATOR.iter_errors(document)
    ]


def closed_run(folder: Path) -> RunResult:
    """A completed run with thresholds, abort conditions, a command and an environment."""
    return replace(
        sample_result(folder / "closed_timeline.jsonl", seconds=30),
        thresholds=tuple(parse_threshold(text) for text in THRESHOLDS),
        abort_on=tuple(parse_abort_condition(text) for text in ABORT_ON),
        command="stress-api run --users 20",
        environment={"stress-api": "0.1.0", "System": "Linux"},
    )


def open_run(folder: Path) -> RunResult:
    """An open run in stages, with latencies from schedule, of two processes."""
    lines = [start_line()]
    for number in range(1, 13):
        operation = operation_second(latencies=(5.0, 7.0 + number))
        operation["latency_from_schedule"] = operation["latency"]
        counters = {"asked_arrivals": 3, "started_iterations": 2, "dropped_iterations": 1}
        lines.append(second_line(float(number), 5, operation) | {"counters": counters})
    path = write_lines(folder / "open_timeline.jsonl", [*lines, end_line(12.0)])
    times = HistogramBuilder()
    times.add(1.5)
    profile = LoadProfile(
        "light", 50, 50.0, 12.0, "stages", (Stage(12.0, 3.0),), OpenModel(3.0, "poisson")
    )
    return replace(
        read_result(path),
        profile=profile,
        times={"start_lateness": times.histogram()},
        processes=tuple(
            ProcessHealth(f"worker {n}", 12, 0, 0.25, times.histogram(), times.histogram())
            for n in range(2)
        ),
    )


def killed_run(folder: Path) -> RunResult:
    """A run whose timeline ends in the middle of a line."""
    path = write_lines(folder / "killed_timeline.jsonl", sample_lines(seconds=20)[:-1])
    path.write_bytes(path.read_bytes()[:-100])
    return read_result(path)


def empty_run(folder: Path) -> RunResult:
    """A run that sent nothing."""
    lines = [start_line(), second_line(1.0, 0), end_line(1.0)]
    return read_result(write_lines(folder / "empty_timeline.jsonl", lines))


def failed_run(folder: Path) -> RunResult:
    """A run without one success."""
    operation = operation_second(
        failures=2, statuses={"503": 2}, errors={"HTTP 503": 2}, latencies=(1.0, 2.0)
    )
    lines = [second_line(float(number), 5, operation) for number in range(1, 5)]
    path = write_lines(folder / "failed_timeline.jsonl", [start_line(), *lines, end_line(4.0)])
    return read_result(path)


RUNS = {
    "closed": closed_run, "open": open_run, "killed": killed_run, "empty": empty_run,
    "failed": failed_run,
}  # fmt: skip


def reports(folder: Path) -> dict[str, Report]:
    """The report of a run of each kind."""
    return {name: analyze(make(folder)) for name, make in RUNS.items()}


def damage(document: Any, data: Any, values: Any) -> Any:
    """A copy with one value, anywhere, replaced; `data` and `values` are hypothesis'."""
    from hypothesis import strategies as st

    damaged = copy.deepcopy(document)
    place: Any = damaged
    while True:
        keys = sorted(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        inner = place[key]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.integers(0, 4)) == 0:
            place[key] = data.draw(values)
            return damaged
        place = inner
