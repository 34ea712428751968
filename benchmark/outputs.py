"""Writes what the stages made: discovery, data flow, plan, locustfile, result and report."""
# ruff: noqa: PLC0415  # the stages are slow to import, and no command needs them all

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.errors import UsageError
from benchmark.models import ApiSpec, Dependencies, Discovery, LoadPlan, Report

if TYPE_CHECKING:
    from benchmark.run_files import RunFiles


def time_stamp() -> str:
    """The local time as it stands in file names."""
    return datetime.now().astimezone().strftime("%Y%m%d_%H%M%S")


def shown(path: Path) -> str:
    """A path as the user would type it from here."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def write_discovery(
    folder: Path, stamp: str, discovery: Discovery, specs: Sequence[ApiSpec]
) -> Path:
    """Write `api_discovery_<stamp>.json` and give its path."""
    from benchmark.generators.subapp_discovery import discovery_json
    from benchmark.run_files import prepare_folder
    from benchmark.utils.json_document import json_document
    from benchmark.utils.whole_files import replace_file

    prepare_folder(folder)
    path = folder / f"api_discovery_{stamp}.json"
    replace_file(path, json_document(discovery_json(discovery, specs)))
    return path


def write_graph(dependencies: Dependencies, path: Path) -> None:
    """Write the data flow as Mermaid or DOT, by the ending of the file's name.

    Raises UsageError for another ending, or where the file cannot be written.
    """
    from benchmark.generators.dependency_analyzer import dot_text, mermaid_text

    forms = {".mmd": mermaid_text, ".mermaid": mermaid_text, ".dot": dot_text, ".gv": dot_text}
    form = forms.get(path.suffix.lower())
    if form is None:
        raise UsageError(f"{path}: no known form of a graph", "end the name in .mmd or .dot")
    try:
        path.write_text(form(dependencies), encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written ({error.strerror})", "choose another --graph-file"
        ) from error


def require_writable(locustfile: Path) -> None:
    """Raise UsageError where a locustfile cannot be written, before anything is sent for it."""
    try:
        locustfile.parent.mkdir(parents=True, exist_ok=True)
        existed = locustfile.exists()
        with locustfile.open("ab"):
            pass
        if not existed:
            locustfile.unlink()
    except OSError as error:
        raise _unwritable(locustfile, error) from error


def _unwritable(locustfile: Path, error: OSError) -> UsageError:
    problem = f"{locustfile} cannot be written ({error.strerror})"
    return UsageError(problem, "choose another --output")


def write_test(
    folder: Path, stamp: str, load_plan: LoadPlan, out: Path | None
) -> tuple[Path, Path]:
    """Write `load_plan_<stamp>.json` and `dynamic_locustfile_<stamp>.py`; their paths.

    `out` is where the locustfile goes instead. Raises UsageError where it cannot be written.
    """
    from benchmark.generators.locust_generator import render_locustfile
    from benchmark.generators.scenario_planner import plan_to_json
    from benchmark.utils.json_document import json_document
    from benchmark.utils.whole_files import replace_file

    plan_file = folder / f"load_plan_{stamp}.json"
    locustfile = out or folder / f"dynamic_locustfile_{stamp}.py"
    replace_file(plan_file, json_document(plan_to_json(load_plan)))
    source = render_locustfile(load_plan, shown(locustfile))
    try:
        locustfile.write_text(source, encoding="utf-8")
    except OSError as error:
        raise _unwritable(locustfile, error) from error
    return plan_file, locustfile


def write_reports(report: Report, files: RunFiles) -> None:
    """Write the result of a run, the report that people read, and what other programs read."""
    from benchmark.utils.reporters.html import write_html
    from benchmark.utils.reporters.json_file import write_json
    from benchmark.utils.reporters.machine import ENDINGS, RENDERERS
    from benchmark.utils.whole_files import replace_file

    write_json(report, files.path(".json"))
    write_html(report, files.path(".html"))
    for name, render in RENDERERS.items():
        replace_file(files.path(ENDINGS[name]), render(report))


def result_files(files: RunFiles, locustfile: Path | None) -> Mapping[str, str]:
    """Every file of a run, by what it is."""
    endings = {
        "report": ".html",
        "result": ".json",
        "summary": "_summary.md",
        "operations": "_operations.csv",
        "junit": "_junit.xml",
        "metrics": "_metrics.txt",
        "locust report": "_locust.html",
        "statistics": "_stats.csv",
        "history": "_stats_history.csv",
        "failures": "_failures.csv",
        "exceptions": "_exceptions.csv",
        "timeline": "_timeline.jsonl",
        "log": ".log",
    }
    own = {name: str(files.path(ending)) for name, ending in endings.items()}
    return own if locustfile is None else {**own, "locustfile": str(locustfile)}
