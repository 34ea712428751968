"""Files for uploads of which no document tells anything: the name of the field, the content."""

from __future__ import annotations

import csv
import io

from benchmark.generators.probe.clues.uploads import as_csv
from benchmark.generators.probe.requests.building import build_request
from benchmark.models import ObjectNode, PlannedTask, Recipe, Upload


def test_a_file_may_hold_a_text_of_ours() -> None:
    """In a form, and as a whole body; its size is not asked for then."""
    upload = Upload("data.json", "application/json", 0, '[{"a": "é"}]')
    for recipe in (
        Recipe(media_type="application/json", body=upload),
        Recipe(media_type="multipart/form-data", body=ObjectNode((("file", upload),))),
    ):
        task = PlannedTask("POST /a", "a", "POST", "/a", "", 1, recipe)
        built = build_request(task, recipe, 0, lambda source: source)
        assert upload.text is not None
        assert upload.text.encode() in (built.body or b"")


def test_what_is_written_can_be_read() -> None:
    """A table has the names of the item's scalar members in its first line."""
    rows = list(csv.reader(io.StringIO(as_csv({"a": 'x,"y"', "b": 2, "c": [1]}))))
    assert rows == [["a", "b"], ['x,"y"', "2"]]
