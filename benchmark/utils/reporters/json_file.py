"""Writes the result document `<stem>.json`."""

from __future__ import annotations

import json
from pathlib import Path

from benchmark.models import Report
from benchmark.utils.reporters.files import replace_file
from benchmark.utils.results import result_to_json


def write_json(report: Report, path: Path) -> None:
    """Writes a report as JSON, whole or not at all. Raises OSError."""
    document = result_to_json(report)
    replace_file(path, json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n")
