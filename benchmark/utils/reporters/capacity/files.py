"""Writes the files of a capacity."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from benchmark.models import Capacity
from benchmark.utils.json_document import json_document
from benchmark.utils.reporters.capacity.document import capacity_to_json
from benchmark.utils.reporters.capacity.html import render_capacity_html
from benchmark.utils.whole_files import replace_file


def write_capacity(
    capacity: Capacity, environment: Mapping[str, str], files: Mapping[str, str]
) -> None:
    """Writes the result and the report, each whole or not at all. Raises OSError."""
    document = capacity_to_json(capacity, environment, files)
    replace_file(Path(files["result"]), json_document(document))
    replace_file(Path(files["report"]), render_capacity_html(capacity, environment))
