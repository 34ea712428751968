"""How long and how much memory it takes from an API document to its locustfile; prints tables.

    python perf/documents.py [--specs FOLDER] [--largest NUMBER] [--synthetic NUMBER ...]

Bars: 5 s per 1,000 operations and 1 GiB; a document of ten operations in 0.3 s beyond the start of
the interpreter; seconds in proportion to operations. Each document has a child process of its own.
Modules are compiled before anything is measured, as they are where the package is installed.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import synthetic
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
DEFAULT_FOLDER = ROOT.parent / "shared" / "specs"
STAGES = ("read", "parse", "analyse", "plan", "render")
SECONDS_PER_THOUSAND = 5.0
MEBIBYTES = 1024.0
SMALL_SECONDS = 0.3
_REPEATS = 9
_COMPILED = Path(tempfile.gettempdir()) / "stress-api-perf-compiled"
_IMPORT_LINE = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)")

console = Console(width=150, highlight=False)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--specs", type=Path, default=DEFAULT_FOLDER, help="folder of documents")
    parser.add_argument("--largest", type=int, default=10, help="how many documents of the folder")
    parser.add_argument("--synthetic", type=int, nargs="*", default=[100, 1_000, 10_000])
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)  # what a child does
    options = parser.parse_args()
    if options.measure is not None:
        sys.stdout.write(json.dumps(measured(options.measure)))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options.specs.is_dir():
            report("Real documents", largest(options.specs, options.largest, folder))
        else:
            console.print(f"There is no folder {options.specs}: real documents are left out.")
        report("Synthetic documents", [made_up(number, folder) for number in options.synthetic])
        report_small(made_up(10, folder), folder)


def made_up(operations: int, folder: Path) -> Path:
    """A synthetic document on the disk."""
    path = folder / f"synthetic_{operations}.json"
    path.write_text(json.dumps(synthetic.document(operations)))
    return path


def largest(specs: Path, number: int, folder: Path) -> list[Path]:
    """The largest documents of a folder, decompressed."""
    import stages  # noqa: PLC0415 - it imports what is measured, and children must start without

    files = [stages.unpacked(path, folder) for path in stages.documents_in(specs)]
    return sorted(files, key=lambda path: -path.stat().st_size)[:number]


# ── One document ──────────────────────────────────────────────────────────────────────────────────


def measured(document: Path) -> dict[str, Any]:
    """What a child process finds out: seconds by stage, operations, and its highest memory."""
    start = time.perf_counter()
    import stages  # noqa: PLC0415 - its imports are measured

    imports = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as folder:
        made = stages.make(document, Path(folder) / "locustfile.py")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        **made.seconds,
        "imports": imports,
        "operations": made.operations,
        "mebibytes": peak / (1024 * 1024 if sys.platform == "darwin" else 1024),
    }


def report(title: str, documents: list[Path]) -> None:
    """The table of some documents."""
    table = Table(title=title, title_justify="left")
    table.add_column("document")
    columns = ("MB", "operations", "imports", *STAGES, "seconds", "s/1,000 ops", "peak MiB", "bar")
    for column in columns:
        table.add_column(column, justify="right")
    for document in documents:
        child = [sys.executable, __file__, "--measure", str(document)]
        done = run(child)
        if done.returncode:
            table.add_row(document.name[:48], *["-"] * 10, done.stderr.strip()[-60:])
            continue
        found = json.loads(done.stdout)
        seconds = sum(found[stage] for stage in STAGES)
        by_thousand = seconds / max(1, found["operations"]) * 1000
        holds = by_thousand < SECONDS_PER_THOUSAND and found["mebibytes"] < MEBIBYTES
        table.add_row(
            document.name[:48],
            f"{document.stat().st_size / 1e6:.1f}",
            f"{found['operations']:,}",
            f"{found['imports']:.2f}",
            *(f"{found[stage]:.2f}" for stage in STAGES),
            f"{seconds:.2f}",
            f"{by_thousand:.2f}",
            f"{found['mebibytes']:.0f}",
            "holds" if holds else "MISSED",
        )
    console.print(table)


# ── Ten operations ────────────────────────────────────────────────────────────────────────────────


def report_small(document: Path, folder: Path) -> None:
    """The whole command for ten operations, and which imports its time goes to."""
    output = ["-o", str(folder / "out.py"), "--results-dir", str(folder / "results"), "--quiet"]
    command = ["-m", "benchmark.cli", "generate", "--spec", str(document), *output]
    bare = median_seconds(["-c", "pass"])
    whole = median_seconds(command)
    verdict = "holds" if whole - bare < SMALL_SECONDS else "MISSED"
    console.print(
        f"\nTen operations, the whole command: {whole:.2f} s, of which the interpreter's start is "
        f"{bare:.2f} s; the rest is {whole - bare:.2f} s (bar {SMALL_SECONDS} s: {verdict})"
    )
    table = Table(title="Its slowest imports, own milliseconds by package", title_justify="left")
    table.add_column("package")
    table.add_column("ms", justify="right")
    by_package = import_milliseconds(command)
    for package in sorted(by_package, key=by_package.__getitem__, reverse=True)[:14]:
        table.add_row(package, f"{by_package[package]:.0f}")
    table.add_row("all", f"{sum(by_package.values()):.0f}")
    console.print(table)


def median_seconds(arguments: list[str]) -> float:
    """The usual time of a Python command."""
    run([sys.executable, *arguments]).check_returncode()  # compiles
    times = []
    for _ in range(_REPEATS):
        start = time.perf_counter()
        run([sys.executable, *arguments]).check_returncode()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def import_milliseconds(arguments: list[str]) -> dict[str, float]:
    """What importing costs without the imports inside, by package, our own ones by part."""
    command = [sys.executable, "-X", "importtime", *arguments]
    done = run(command)
    found: dict[str, float] = defaultdict(float)
    for microseconds, module in _IMPORT_LINE.findall(done.stderr):
        parts = module.split(".")
        depth = {"benchmark": 3 if "generators" in parts else 2}.get(parts[0], 1)
        is_standard = parts[0].lstrip("_") in sys.stdlib_module_names or parts[0].startswith("_")
        name = "standard library" if is_standard else ".".join(parts[:depth])
        found[name] += int(microseconds) / 1000
    return found


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    """A command that finds this checkout, ended. Its compiled modules stay out of the checkout."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(_COMPILED)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return subprocess.run(  # noqa: S603 - a list of arguments, no shell
        command, capture_output=True, text=True, check=False, env=environment
    )


if __name__ == "__main__":
    main()
