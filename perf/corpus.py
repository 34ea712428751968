"""What becomes of a folder of API documents: a table of operations, and checks of the files made.

    python perf/corpus.py [--specs FOLDER] [--only TEXT ...] [--import] [--values]

Each file made is compiled and checked by ruff (syntax errors, undefined names). With `--import`
each is imported under Locust; with `--values` 20 requests of every usable operation are validated
against their schemas. The exit code is 1 where one of the bars is missed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import stages
import validity
from rich.console import Console
from rich.table import Table

from benchmark.errors import BenchmarkError

USABLE_SHARE = 0.98
VALID_SHARE = 0.995
_IMPORT = """
import sys
from locust.util.load_locustfile import load_locustfile
for path in sys.argv[1:]:
    try:
        users = load_locustfile(path)[0]
        print(path, "" if users else "no user class", sep="\\t", flush=True)
    except BaseException as error:
        print(path, type(error).__name__, str(error)[:100], sep="\\t", flush=True)
"""

console = Console(width=170, highlight=False)


@dataclass
class Row:
    """What became of one document."""

    document: Path
    output: Path
    made: stages.Made | None = None
    error: str = ""
    faults: list[str] = field(default_factory=list)
    requests: validity.Tally = field(default_factory=validity.Tally)


def main() -> int:
    """Make everything, check it, print the table. The exit code says whether the bars hold."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--specs", type=Path, default=stages.DEFAULT_FOLDER, help="the folder")
    parser.add_argument("--only", nargs="*", default=[], help="documents with this in their names")
    parser.add_argument("--import", action="store_true", dest="imports", help="under Locust")
    parser.add_argument("--values", action="store_true", help="validate 20 requests of each")
    options = parser.parse_args()
    documents = [
        path
        for path in stages.documents_in(options.specs)
        if not options.only or any(text in path.name for text in options.only)
    ]
    if not documents:
        console.print(f"There are no documents in {options.specs}; name a folder with --specs.")
        return 2
    with tempfile.TemporaryDirectory() as name:
        rows = [make(path, Path(name), values=options.values) for path in documents]
        compile_all(rows)
        lint_all(rows, Path(name))
        if options.imports:
            import_all(rows)
    console.print(table(rows, values=options.values))
    return summary(rows, values=options.values)


def make(document: Path, folder: Path, *, values: bool) -> Row:
    """One document, and the tally of its requests."""
    row = Row(document, folder / f"{document.name.replace('.', '_')}.py")
    try:
        row.made = stages.make(stages.unpacked(document, folder), row.output)
    except BenchmarkError as error:
        row.error = error.message
        return row
    if values:
        for spec in row.made.specs:
            row.requests.add(validity.tally(spec))
    return row


def compile_all(rows: list[Row]) -> None:
    """Note which files are no Python."""
    for row in rows:
        if row.made is not None:
            try:
                compile(row.output.read_text(encoding="utf-8"), row.output.name, "exec")
            except (SyntaxError, ValueError) as error:
                row.faults.append(f"does not compile: {error}")


def lint_all(rows: list[Row], folder: Path) -> None:
    """Note what ruff finds in the files."""
    ruff = shutil.which("ruff", path=os.pathsep.join([str(Path(sys.executable).parent), *path()]))
    if ruff is None:
        console.print("ruff is not installed: the files are not checked by it.")
        return
    select = ["check", "--isolated", "--no-cache", "--select", "E9,F", "--output-format", "concise"]
    files = [str(row.output) for row in rows if row.made is not None]
    done = subprocess.run(  # noqa: S603 - a list of arguments, no shell
        [ruff, *select, *files], capture_output=True, text=True, check=False, cwd=folder
    )
    for line in done.stdout.splitlines():
        file, _, fault = line.partition(":")
        for row in rows:
            if row.output.name == Path(file).name:
                row.faults.append(f"ruff: {fault}")


def import_all(rows: list[Row]) -> None:
    """Note which files Locust cannot import."""
    files = {str(row.output): row for row in rows if row.made is not None and row.made.enabled}
    done = subprocess.run(  # noqa: S603 - a list of arguments, no shell
        [sys.executable, "-c", _IMPORT, *files],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(stages.ROOT)},
    )
    found = dict(line.split("\t", 1) for line in done.stdout.splitlines() if "\t" in line)
    for file, row in files.items():
        fault = found.get(file, "the interpreter ended")
        if fault:
            row.faults.append(f"import: {fault}")


def path() -> list[str]:
    """The folders of commands."""
    return os.environ.get("PATH", "").split(os.pathsep)


def table(rows: list[Row], *, values: bool) -> Table:
    """A line for each document."""
    result = Table(title=f"{len(rows)} documents", title_justify="left")
    result.add_column("document", no_wrap=True)
    for column in ("usable", "skipped", "enabled", "seconds", *(["valid"] if values else [])):
        result.add_column(column, justify="right")
    result.add_column("skipped because, faults", overflow="fold")
    for row in rows:
        if row.made is None:
            result.add_row(row.document.name[:44], *["-"] * (5 if values else 4), row.error)
            continue
        made = row.made
        reasons = [f"{count} {reason}" for reason, count in Counter(made.skipped).most_common(3)]
        result.add_row(
            row.document.name[:44],
            f"{made.operations:,}",
            f"{len(made.skipped):,}",
            f"{made.enabled:,}",
            f"{sum(made.seconds.values()):.2f}",
            *([f"{row.requests.share:.1%}"] if values else []),
            "; ".join([*reasons, *row.faults[:3], *row.requests.worst(2)]),
        )
    return result


def summary(rows: list[Row], *, values: bool) -> int:
    """The totals against their bars, and the exit code."""
    made = [row.made for row in rows if row.made is not None]
    usable = sum(each.operations for each in made)
    skipped = sum(len(each.skipped) for each in made)
    share = usable / max(1, usable + skipped)
    faulty = [row for row in rows if row.faults]
    seconds = sum(sum(each.seconds.values()) for each in made)
    console.print(
        f"{len(made)} of {len(rows)} documents generate; {usable:,} of {usable + skipped:,} "
        f"operations are usable: {share:.2%} (bar {USABLE_SHARE:.0%}); "
        f"{sum(each.enabled for each in made):,} take part without a probe; {seconds:.1f} s; "
        f"{len(faulty)} files with faults (bar 0)"
    )
    holds = share >= USABLE_SHARE and not faulty
    if values:
        tally = validity.Tally()
        for row in rows:
            tally.add(row.requests)
        console.print(
            f"{tally.valid:,} of {tally.requests:,} requests satisfy their schemas: "
            f"{tally.share:.3%} (bar {VALID_SHARE:.1%}); {tally.unchecked:,} schemas are none that "
            "the validator reads"
        )
        for fault in tally.worst(12):
            console.print(f"  {fault}")
        holds = holds and tally.share >= VALID_SHARE
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
