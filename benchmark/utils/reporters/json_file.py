"""Writes the result document `<stem>.json`."""

from __future__ import annotations

from pathlib import Path

from benchmark.models import Report
from benchmark.utils.json_document import json_document
from benchmark.utils.results import result_to_json
from benchmark.utils.whole_files import replace_file


def write_json(report: Report, path: Path) -> None:
    """Writes a report as JSON, whole or not at all. Raises OSError."""
    replace_file(path, json_document(result_to_json(report), indent=None))
