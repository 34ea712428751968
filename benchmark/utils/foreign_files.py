"""Knows the results of other load generators by their beginning, so that a message names them."""

from __future__ import annotations

import re
from pathlib import Path

from benchmark.errors import UsageError
from benchmark.utils.text_safety import clean_text

_LOOKED_AT = 4_096  # bytes
_MARKS: tuple[tuple[str, str], ...] = (
    ("k6 (--out csv)", r"metric_name,timestamp,metric_value"),
    ("k6 (--out json)", r'\{\s*"type"\s*:\s*"(?:Metric|Point)"|\{\s*"metric"\s*:'),
    ("k6 (a summary)", r'\{.*"(?:root_group|http_req_duration)"'),
    ("JMeter (a JTL file)", r"timeStamp[,;\t]elapsed[,;\t]|<\?xml[^>]*>\s*<testResults"),
    ("JMeter (a JTL file)", r"\d{13},\d+,[^,\n]*,\d{3},"),
    ("JMeter (an aggregate report)", r"sampler_label,|Label,# Samples,"),
    ("JMeter (statistics.json)", r'\{.*"sampleCount"\s*:'),
    ("Gatling", r'RUN\t|ASSERTION\t|\{.*"meanNumberOfRequestsPerSecond"'),
    ("wrk", r"Running \S+ test @ "),
    ("hey", r"response-time,DNS\+dialup,|Summary:\s+Total:\s"),
    ("ApacheBench", r"This is ApacheBench|Percentage served,"),
    ("vegeta", r'Requests\s+\[total, rate|\{"latencies":'),
    ("oha", r'\{\s*"summary"\s*:\s*\{\s*"successRate"'),
    ("Artillery", r'\{\s*"aggregate"\s*:\s*\{'),
)
_PATTERNS = tuple((tool, re.compile(mark, re.DOTALL)) for tool, mark in _MARKS)


def refusal(path: Path, reason: str, hint: str = "") -> UsageError:
    """Why a file cannot be read: the tool that wrote it, if that is known, else `reason`."""
    if tool := foreign_tool(path):
        reason = f"the output of {tool}, which cannot be read here"
        hint = "of other tools, only the CSV files of Locust (--csv PREFIX) can be read"
    return UsageError(f"{clean_text(path)}: {reason}", hint)


def foreign_tool(path: Path) -> str:
    """Which other tool wrote a file, by its first 4 kB; "" where that is not known."""
    try:
        with path.open("rb") as file:
            head = file.read(_LOOKED_AT)
    except OSError:
        return ""
    text = head.decode("utf-8-sig", "replace").lstrip()
    return next((tool for tool, pattern in _PATTERNS if pattern.match(text)), "")
