"""Reading what is compared: our results, timelines, folders, and what is no result at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmark.errors import UsageError
from benchmark.models import RunResult
from benchmark.utils.comparison import Side, compare, measured_run, read_run, read_side
from benchmark.utils.result_files import read_result
from benchmark.utils.results import result_to_json
from perf.simulated_runs import Noise, Simulated, simulated_run

OLDER = Path(__file__).resolve().parents[3] / "data" / "results"


def made(seed: int = 1, seconds: int = 60) -> RunResult:
    """A small simulated run."""
    what = Simulated(Noise(shared=0.01), seconds=seconds, operations=2)
    return simulated_run(what, np.random.default_rng(seed))


def written(path: Path, document: Any) -> Path:
    """A JSON document in a file."""
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


@pytest.fixture
def document() -> dict[str, Any]:
    """The result document of a run, to be damaged."""
    return dict(result_to_json(made()))


def test_a_result_that_is_read_compares_like_the_value(tmp_path: Path) -> None:
    """Nothing that is compared is lost in the file."""
    paths = [written(tmp_path / f"{seed}.json", result_to_json(made(seed))) for seed in (1, 2)]
    read = compare(*(read_side(str(path)) for path in paths))
    values = compare(*(Side("", (measured_run(made(seed)),)) for seed in (1, 2)))
    assert read.operations == values.operations
    assert read.total == values.total


def test_a_folder_is_several_runs(tmp_path: Path) -> None:
    """All results of a folder are one side."""
    for seed in (1, 2, 3):
        written(tmp_path / f"benchmark_light_2026030{seed}_140509.json", result_to_json(made(seed)))
    assert len(read_side(str(tmp_path)).runs) == 3


def test_names_between_commas_are_several_runs(tmp_path: Path) -> None:
    """Several files are one side; one that has a comma in its name is itself."""
    one = written(tmp_path / "one.json", result_to_json(made(1)))
    two = written(tmp_path / "two,three.json", result_to_json(made(2)))
    assert len(read_side(f"{one}, {one.with_suffix('')}").runs) == 1  # the same file
    assert len(read_side(str(two)).runs) == 1
    three = written(tmp_path / "three.json", result_to_json(made(3)))
    assert len(read_side(f"{one},{three}").runs) == 2


def test_a_result_without_blocks_is_compared_as_a_whole(
    document: dict[str, Any], tmp_path: Path
) -> None:
    """Older results and other tools' CSV have no blocks; that is the answer, not an error."""
    del document["blocks"]
    run = read_run(written(tmp_path / "old.json", document))
    assert run.steady.whole
    assert run.series.blocks == 1
    assert run.steady.problem == "how it went over time is not known"


def test_twenty_names_are_one_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their names together may be longer than a file's name can be; a folder tells them apart."""
    monkeypatch.chdir(tmp_path)
    names = [f"a_result_with_quite_a_long_name_{place:02}.json" for place in range(20)]
    for place, name in enumerate(names):
        written(tmp_path / name, result_to_json(made(place, seconds=10)))
    side = read_side(",".join(names))
    assert [run.file for run in side.runs] == names
    assert side.label == "20 results"
    (tmp_path / "main").mkdir()
    written(tmp_path / "main" / "one.json", result_to_json(made()))
    assert read_side("main/one.json").runs[0].file == "main/one.json"


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (("blocks",), 7, "blocks is not an array"),
        (("blocks", 0, "elapsed_s"), "soon", "elapsed_s is not a number"),
        (("blocks", 3, "elapsed_s"), 0.5, "not in the order of time"),
        (("blocks", 0, "requests", 0), -4, "requests"),
        (("totals",), None, "totals is not an object"),
        (("schema_version",), 99, "newer"),
    ],
)
def test_damage_is_named(
    document: dict[str, Any], tmp_path: Path, place: tuple[Any, ...], value: Any, message: str
) -> None:
    """Whatever stands where something else should, the message names the file and the place."""
    target: Any = document
    for step in place[:-1]:
        target = target[step]
    target[place[-1]] = value
    with pytest.raises(UsageError, match=message) as caught:
        read_run(written(tmp_path / "damaged.json", document))
    assert "damaged.json" in caught.value.message


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "7", '{"schema_version": 2', "NaN", '{"a": 1}', "[" * 100_000, "\x00\xff"],
)
def test_what_is_no_result_is_refused(text: str, tmp_path: Path) -> None:
    """Truncated files, other JSON, and things that are not JSON at all."""
    path = tmp_path / "foreign.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="foreign"):
        read_run(path)


@pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.9, 0.999])
def test_a_truncated_result_is_refused(
    document: dict[str, Any], tmp_path: Path, share: float
) -> None:
    """Wherever a file ends too early, in its blocks too, the message names it."""
    path = written(tmp_path / "cut.json", document)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(UsageError, match=r"cut\.json: JSON that ends too early"):
        read_run(path)


@pytest.mark.parametrize("version", [1, 2])
def test_results_of_older_versions_are_compared(version: int) -> None:
    """What is measured of them is what their values hold; with themselves they are the same."""
    path = OLDER / f"version_{version}.json"
    run, value = read_run(path), measured_run(read_result(path))
    assert run.result.totals.requests > 0
    assert run.series.operations.keys() == value.series.operations.keys()
    for key, series in run.series.operations.items():
        assert (series.counts == value.series.operations[key].counts).all()
    comparison = compare(*(Side(name, (run,)) for name in ("base", "new")))
    assert comparison.answer in ("equivalent", "cannot tell")


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    """A missing file, an empty folder, and one that cannot be read."""
    for name in ("missing.json", "a.json,b.json", ",", str(tmp_path), "~nobody-of-this-name/a"):
        with pytest.raises(UsageError):
            read_side(name)
