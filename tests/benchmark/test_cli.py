"""The command line: what --help says, and every bad input with its message and exit code."""

from __future__ import annotations

import errno
import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from benchmark import cli, pipeline
from benchmark.options import (
    ACTION,
    BASELINE,
    CAPACITY,
    CONDITIONS,
    CONTENT,
    CREDENTIALS,
    FILES,
    GRAPH,
    LOAD,
    OPEN,
    OUTPUT,
    TARGET,
)
from benchmark.utils.analyze_results import analyze
from tests.benchmark.utils.sample_runs import sample_result

if TYPE_CHECKING:
    from conftest import Serve

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = (
    *("run", "discover", "generate", "capacity", "analyze", "compare", "history"),
    *("health", "check", "demo", "serve", "token"),
)
JSON = "application/json"
DOCUMENT = {
    "openapi": "3.0.3",
    "info": {"title": "Small", "version": "1"},
    "paths": {"/things": {"get": {"responses": {"200": {"description": "all of them"}}}}},
}


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """In an empty folder; log handlers of the commands go, since they hold a captured stderr."""
    monkeypatch.chdir(tmp_path)
    logger = logging.getLogger("benchmark")
    handlers, level = list(logger.handlers), logger.level
    yield
    logger.handlers = handlers
    logger.setLevel(level)


class Ran:
    """What one command printed and returned."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs `stress-api` in this process: `call("run", "--users", "0")`."""

    def run(*arguments: str, flat: bool = False) -> Ran:
        with pytest.raises(SystemExit) as end:
            (cli.main_flat if flat else cli.main)(arguments)
        code = end.value.code
        assert isinstance(code, int)
        return Ran(code, *capsys.readouterr())

    return run


# ── help ──────────────────────────────────────────────────────────────────────────────────────


def test_help_lists_the_commands_with_whole_sentences(call: Any) -> None:
    """Nothing is cut off with dots, and examples stand at the end."""
    page = call("--help")
    assert page.code == 0
    listed = re.findall(r"^  (\w+) +(\S.*)$", page.out.split("Commands:")[1], re.M)
    assert tuple(name for name, _ in listed[: len(COMMANDS)]) == COMMANDS
    assert all(text.endswith(".") and not text.endswith("..") for _, text in listed[:8])
    assert "Examples:" in page.out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_page_with_an_example(call: Any, command: str) -> None:
    """Each option has a description, and no Python type stands in it."""
    page = call(command, "--help")
    assert page.code == 0
    assert page.out.startswith(f"Usage: stress-api {command}")
    assert f"\n  stress-api {command}" in page.out.split("Examples:")[1]
    assert not re.search(r"<[a-z]|list\[", page.out)


def test_run_has_the_options_that_work_and_no_others(call: Any) -> None:
    """The names of the design, with Locust's short forms."""
    promised = """
        -H --host -u --users -r --spawn-rate -t --run-time --test-type --interactive
        --stages --request-rate --arrivals --max-users --max-start-delay
        --check-health --discover-only --results-dir --config --seed --wait-time --spec --app
        --locustfile --header --token --basic --api-key --insecure --include --exclude --tag
        --read-only --strategy --no-probe --include-unverified --auth-per-user --allow-host
        --processes --threshold --abort-on --baseline --margin
        --endpoints --resolve --max-request-rate
        --json -q --quiet -v --verbose -h --help
    """
    page = call("run", "--help").out.split("Examples:")[0]
    assert set(re.findall(r"(?<!\S)-{1,2}\w[\w-]*", page)) == set(promised.split())
    assert "[-- LOCUST_ARGS]" in page


def test_the_flat_command_has_the_options_of_run(call: Any) -> None:
    """`run_benchmark.py --help` differs from `stress-api run --help` in name and examples only."""
    flat = call("--help", flat=True).out
    assert flat.startswith("Usage: run_benchmark.py [OPTIONS] [-- LOCUST_ARGS]")
    options = flat.split("\n\n", 1)[1].split("Examples:")[0]
    assert options == call("run", "--help").out.split("\n\n", 1)[1].split("Examples:")[0]


def test_every_option_fills_a_setting_or_a_switch() -> None:
    """No option of the groups is forgotten behind the command line."""
    from benchmark.settings import BenchmarkConfig

    asked = (
        LOAD,
        OPEN,
        CAPACITY,
        CONDITIONS,
        BASELINE,
        ACTION,
        TARGET,
        GRAPH,
        CREDENTIALS,
        CONTENT,
    )
    groups = (*asked, FILES, OUTPUT)
    names = {option.name for group in groups for option in group.options}
    known = set(BenchmarkConfig.__dataclass_fields__) | set(cli.Switches.__dataclass_fields__)
    assert names <= known
    others = {"yes", "locust_args", "suite", "presets", "dynamic", "command", "written"}
    assert known - names == others


SLOW = "pydantic rich locust pandas requests asyncio ssl".split()


def slow_modules_after(arguments: list[str], others: list[str]) -> list[str]:
    """Which slow modules a command imports, in an interpreter of its own."""
    code = (
        "import sys; from benchmark import cli\n"
        f"try: cli.main({arguments!r})\n"
        f"except SystemExit: print([name for name in {SLOW + others!r} if name in sys.modules])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    imported: list[str] = json.loads(ended.stdout.splitlines()[-1].replace("'", '"'))
    return imported


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["--version"]])
def test_help_imports_nothing_slow(arguments: list[str]) -> None:
    """That is what keeps it quick: pydantic alone costs as much as all the rest."""
    others = ["jinja2", "yaml", "benchmark.models", "benchmark.pipeline"]
    assert slow_modules_after(arguments, others) == []


def test_generate_from_a_file_imports_neither_the_network_nor_the_runner(tmp_path: Path) -> None:
    """Most of the time that a small document takes would otherwise go to imports."""
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps(DOCUMENT))
    arguments = ["generate", "--spec", str(document), "-o", str(tmp_path / "locustfile.py")]
    arguments += ["--results-dir", str(tmp_path)]
    others = ["benchmark.utils.timeline", "benchmark.generators.subapp_discovery.crawl"]
    assert slow_modules_after(arguments, others) == []
    assert (tmp_path / "locustfile.py").is_file()


def test_the_version_is_said(call: Any) -> None:
    """`stress-api --version` needs no command."""
    said = call("--version")
    assert (said.code, said.out) == (0, "stress-api 0.1.0\n")


def test_without_a_command_the_help_page_is_shown(call: Any) -> None:
    """It is a mistake all the same, for a script that lost its arguments."""
    page = call()
    assert page.code == 2
    assert "Usage: stress-api" in page.out + page.err


# ── bad input ─────────────────────────────────────────────────────────────────────────────────


def assert_refused(ran: Ran, code: int, *words: str) -> None:
    """One or two lines on stderr, nothing on stdout, this exit code, and these words."""
    assert ran.out == ""
    lines = [line for line in ran.err.splitlines() if not line.startswith("> ")]
    assert [line.partition(":")[0] for line in lines] == ["error", "hint"]
    assert ran.code == code
    for word in words:
        assert word in ran.err


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["frobnicate"], "frobnicate"),
        (["run", "--user", "3"], "--users"),
        (["run", "light"], "light"),
        (["run", "--include"], "--include"),
        (["run", "--test-type", "huge"], "light, medium, heavy"),
        (["run", "--run-time", "5x"], "--run-time: '5x'"),
        (["run", "-t", "0"], "--run-time: '0'"),
        (["run", "--users", "0"], "--users: '0'"),
        (["run", "-u", "-5"], "--users: '-5'"),
        (["run", "--users", "many"], "--users: 'many'"),
        (["run", "--spawn-rate", "-1"], "--spawn-rate: '-1'"),
        (["run", "-r", "0"], "--spawn-rate: '0'"),
        (["run", "--wait-time", "-1"], "--wait-time: '-1'"),
        (["run", "--seed", "x"], "--seed: 'x'"),
        (["run", "--threshold", "p95<fast"], "--threshold: 'p95<fast'"),
        (["run", "--abort-on", "p95<1s"], "--abort-on: 'p95<1s'"),
        (["run", "--", "--abort-on", "p95<1s for 5s"], "after --: --abort-on"),
        (["run", "--host", ""], "--host: ''"),
        (["run", "--host", "ftp://x"], "--host: 'ftp://x'"),
        (["run", "--header", "broken"], "--header: "),
        (["run", "--config", "none.yaml"], "none.yaml"),
        (["run", "--locustfile", "none.py"], "none.py"),
        (["run", "--spec", "none.json"], "none.json"),
        (["run", "--", "--run-time", "5"], "after --: --run-time"),
        (["run", "--interactive", "--test-type", "suite"], "'suite'"),
        (["discover", "--", "--tags", "x"], "--"),
        (["health", "--users", "3"], "--users"),
        (["analyze", "--format", "pdf"], "--format: 'pdf'"),
        (["analyze", "."], "no results in this folder"),
    ],
)
def test_wrong_usage_ends_with_2(call: Any, arguments: list[str], word: str) -> None:
    """Each in two lines, with what was written and where to look."""
    assert_refused(call(*arguments), 2, word)


def test_a_results_folder_that_cannot_be_written_ends_with_2(call: Any, tmp_path: Path) -> None:
    """Here it would stand below a file; nothing is asked of the host before that is known."""
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        assert_refused(call("run", "--results-dir", str(folder)), 2, str(folder), "--results-dir")


def test_a_full_disk_is_no_fault_of_the_program(call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands in the way, and what helps; nobody is asked to report it."""

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "out/plan.json")

    monkeypatch.setattr(pipeline, "run_benchmark", fail)
    assert_refused(call("run", "--results-dir", "out"), 5, "out/plan.json: No space", "make room")


def test_results_that_cannot_be_written_are_shown(
    call: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The load is over and was costly: its report is printed, and can be made from its timeline."""
    report = analyze(sample_result(tmp_path / "t.jsonl"), {"timeline": "out/t.jsonl"})

    def fail(*_: object) -> None:
        cause = OSError(errno.ENOSPC, "No space left on device")
        raise pipeline.UnwrittenReportsError(cause, report)

    monkeypatch.setattr(pipeline, "run_benchmark", fail)
    ran = call("run", "--results-dir", "out")
    assert ran.code == 5
    assert "Verdict: " in ran.out
    assert "cannot be written to out: No space left on device" in ran.err
    assert "stress-api analyze out/t.jsonl" in ran.err


def test_a_locustfile_that_cannot_be_written_ends_with_2(call: Any, tmp_path: Path) -> None:
    """`generate --output` below a file, or on a folder; nothing is asked of the host before."""
    (tmp_path / "file").touch()
    for target in (tmp_path / "file" / "locustfile.py", tmp_path):
        ran = call("generate", "-o", str(target), "--results-dir", "out")
        assert_refused(ran, 2, str(target), "--output")


@pytest.mark.parametrize("command", ["run", "discover", "generate"])
def test_a_host_that_is_down_ends_with_3(call: Any, closed_url: str, command: str) -> None:
    """The message has the address and the advice to start it."""
    ran = call(command, "--host", closed_url, "--results-dir", "out")
    assert_refused(ran, 3, closed_url, "start the API")


def test_a_host_that_is_no_api_ends_with_3(call: Any, serve: Serve) -> None:
    """It answers, but shows no document anywhere."""
    url = serve({"/": ("text/html", b"<html><body>Welcome</body></html>")})
    assert_refused(call("run", "--host", url, "--results-dir", "out"), 3, url, "--spec")


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b'{"openapi": "3.0.3", "paths": {"/things": {"ge', "ends too early"),
        (b"<html><body>Please sign in</body></html>", "web page"),
        (json.dumps({**DOCUMENT, "paths": {}}).encode(), "no operations"),
    ],
    ids=["truncated", "html", "no paths"],
)
def test_a_document_that_is_none_ends_with_4(
    call: Any, serve: Serve, body: bytes, word: str
) -> None:
    """Found by looking at the host, or named with --spec, as a URL or as a file."""
    url = serve({"/openapi.json": (JSON, body)})
    ran = call("run", "--host", url, "--results-dir", "out")
    assert_refused(ran, 4, f"{url}/openapi.json", word)
    Path("openapi.json").write_bytes(body)
    for spec in ("openapi.json", f"{url}/openapi.json"):
        assert_refused(call("run", "--host", url, "--spec", spec, "--results-dir", "out"), 4, spec)


@pytest.mark.parametrize(
    ("command", "package"),
    [
        (["-m", "benchmark.cli", "check"], "requests"),
        (["-m", "benchmark.cli", "run"], "rich"),
        (["-m", "benchmark.cli", "run"], "jinja2"),
        (["benchmark/run_benchmark.py"], "typer"),
    ],
)
def test_a_missing_package_ends_with_5(tmp_path: Path, command: list[str], package: str) -> None:
    """The message says which, for which Python, and how to install it."""
    (tmp_path / "sitecustomize.py").write_text(f"import sys; sys.modules[{package!r}] = None")
    ended = subprocess.run(
        [sys.executable, *command], env={"PYTHONPATH": str(tmp_path)},
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    ran = Ran(ended.returncode, ended.stdout, ended.stderr)
    assert_refused(ran, 5, package, sys.executable, "run_benchmark.sh install")


def test_a_missing_locust_ends_with_5_before_anything_is_asked(
    call: Any, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for a discovery whose result cannot be used."""
    monkeypatch.setitem(sys.modules, "locust", None)
    for more in ([], ["--interactive"]):
        ran = call("run", *more)
        assert_refused(ran, 5, "Locust is not installed", "pip install -r")
        assert "Looking" not in ran.err


def test_a_mistake_of_ours_is_no_traceback(call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says how to see where it happened; --verbose shows it."""
    from benchmark import asking

    def broken(*_: object) -> None:
        raise ZeroDivisionError("some mistake")

    monkeypatch.setattr(asking, "discover", broken)
    ran = call("run", "--results-dir", "out")
    assert_refused(ran, 5, "ZeroDivisionError: some mistake", "--verbose")
    assert "Traceback" in call("run", "--results-dir", "out", "--verbose").err


def test_ctrl_c_ends_with_130(call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever it comes, one line says so."""
    from benchmark import pipeline

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "discover", interrupted)
    ran = call("discover")
    assert (ran.code, ran.err.splitlines()[-1]) == (130, "error: Interrupted")


# ── what needs no load ────────────────────────────────────────────────────────────────────────


def test_discover_prints_a_table_or_one_json_object(call: Any, serve: Serve) -> None:
    """Data go to stdout, the rest to stderr; --quiet and --json leave stderr empty."""
    url = serve({"/openapi.json": (JSON, json.dumps(DOCUMENT).encode())})
    place = ("--host", url, "--results-dir", "out")
    table = call("discover", *place)
    assert table.code == 0
    assert re.search(r"^main +/ +/openapi.json +1 +0", table.out, re.M)
    assert table.err.startswith("> Looking for API documents")
    assert call("discover", "--quiet", *place).err == ""
    as_json = call("run", "--discover-only", "--json", *place)
    assert as_json.err == ""
    assert [each["name"] for each in json.loads(as_json.out)["applications"]] == ["main"]
    assert list(Path("out").glob("api_discovery_*.json"))


def test_switches_can_be_set_in_the_environment(
    call: Any, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """BENCHMARK_QUIET and so on are on or off, as the words say."""
    url = serve({"/openapi.json": (JSON, json.dumps(DOCUMENT).encode())})
    place = ("--host", url, "--results-dir", "out")
    monkeypatch.setenv("BENCHMARK_QUIET", "0")
    assert call("discover", *place).err.startswith("> Looking")
    monkeypatch.setenv("BENCHMARK_QUIET", "yes")
    assert call("discover", *place).err == ""
    monkeypatch.setenv("BENCHMARK_QUIET", "perhaps")
    assert_refused(call("discover", *place), 2, "--quiet")


def test_verbose_says_what_was_asked(call: Any, serve: Serve) -> None:
    """Each request of the search is a line on stderr."""
    url = serve({"/openapi.json": (JSON, json.dumps(DOCUMENT).encode())})
    ran = call("discover", "--verbose", "--host", url, "--results-dir", "out")
    assert f"GET {url}/openapi.json" in ran.err


def test_generate_needs_no_server(call: Any, closed_url: str) -> None:
    """With --spec only the file counts, and the locustfile goes where --output says."""
    Path("openapi.json").write_text(json.dumps(DOCUMENT))
    ran = call(
        "generate", "--spec", "openapi.json", "--host", closed_url, "-o", "new/locustfile.py",
        "--results-dir", "out", "--json",
    )  # fmt: skip
    assert ran.code == 0
    assert json.loads(ran.out)["locustfile"] == "new/locustfile.py"
    assert "/things" in Path("new/locustfile.py").read_text()
    assert not list(Path("out").glob("dynamic_locustfile_*"))


def test_health_says_what_is_up(call: Any, serve: Serve, closed_url: str) -> None:
    """Host and documents are judged one by one; the exit code is that of what failed."""
    url = serve({"/openapi.json": (JSON, json.dumps(DOCUMENT).encode())})
    well = call("health", "--host", url)
    assert well.code == 0
    assert re.findall(r"^(ok|FAIL) +(\w+)", well.out, re.M) == [
        ("ok", "target"),
        ("ok", "document"),
    ]
    down = call("run", "--check-health", "--host", closed_url)
    assert down.code == 3
    assert re.findall(r"^(ok|FAIL) +(\w+)", down.out, re.M) == [("FAIL", "target")]
    empty = call("health", "--host", serve({}), "--json")
    assert empty.code == 3
    assert [check["ok"] for check in json.loads(empty.out)["checks"]] == [True, False]


def test_analyze_reads_where_results_are_kept(call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without results one message says so; the folder comes from the same settings as a run's."""
    monkeypatch.setenv("BENCHMARK_RESULTS_DIR", "elsewhere")
    assert "elsewhere" in call("analyze").err
    assert call("analyze", "none.json").code == 2


def test_analyze_shows_its_own_options(call: Any) -> None:
    """It takes results, and the options of the program below it."""
    page = call("analyze", "--help").out
    assert "[OPTIONS] [RESULT]..." in page
    assert re.search(r"^  RESULT  +a result", page, re.M)
    assert "--results-dir FOLDER" in page


def test_discover_shows_the_data_flow(call: Any) -> None:
    """--graph prints a tree of what operations make; --graph-file writes Mermaid or DOT."""
    shop = str(ROOT / "tests" / "data" / "shop.yaml")
    ran = call("discover", "--spec", shop, "--graph", "--graph-file", "flow.mmd", "--quiet")
    assert ran.code == 0
    assert "category: created by POST /categories" in ran.out
    assert Path("flow.mmd").read_text().startswith("flowchart LR")
    assert call("discover", "--spec", shop, "--graph-file", "flow.dot", "--quiet").code == 0
    assert Path("flow.dot").read_text().startswith("digraph")


def test_a_graph_of_an_unknown_form_is_refused(call: Any) -> None:
    """The ending of the name says the form; others are named with what may stand there."""
    shop = str(ROOT / "tests" / "data" / "shop.yaml")
    ran = call("discover", "--spec", shop, "--graph-file", "flow.txt")
    assert ran.code == 2
    assert "end the name in .mmd or .dot" in ran.err
