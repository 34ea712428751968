"""Hostile documents through the command line: nothing but a locustfile, or an error, comes of them.

The repository's own are in `tests/data/hostile`; where a folder of more lies beside the checkout,
its documents are taken too.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

pytestmark = pytest.mark.end_to_end

ROOT = Path(__file__).parents[2]
OWN = ROOT / "tests" / "data" / "hostile"
MORE = ROOT.parent / "shared" / "hostile_specs"
SECONDS = 300
BYTES = 1536 * 1024 * 1024  # of address space, of which about a third is never touched
ESCAPES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")

REFUSED = {
    "aliases.yaml": "max_alias_nodes",
    "tags.yaml": "the YAML tag",
    "12_billion_laughs.yaml": "max_alias_nodes",
    "13_deep_nesting_5000.json": "nested deeper than",
    "18_yaml_python_tags.yaml": "line 3, column 10",
    "20_wrong_types.json": "its 'openapi' is a list",
    "21_no_info_empty_paths.yaml": "describes no operations",
    "23_truncated.json": "ends too early, at line",
    "24_html_page.json": "is an HTML page",
    "25_unhashable_keys.yaml": "must be text at line",
}
"""What is not generated from, and what the error says. Everything else is generated from."""

SAID = {
    "references.yaml": [
        "etc/passwd#/x' leads out",
        "attacker.invalid/paths.json' leads to another",
    ],
    "limits.yaml": [
        "range: no value is valid",
        "flags: no value is valid",
        "counted: pattern",
        "invalid: pattern",
        "#/$defs/Node no value is valid",
    ],
    "wrong_types.json": ["servers it is no list", "POST /op0", "POST /op8"],
    "04_parameter_names.json": ["'Host'", "'Content-Length'", "X-Injected"],
    "05_values.json": ["minimum is no number", "enum lists no value"],
    "07_servers.yaml": ["servers/4", "servers/8", "operation-host.invalid is not contacted"],
    "14_self_references.yaml": ["leads back to itself", "#/$defs/Required no value is valid"],
    "15_huge_bounds.json": ["t: no value is valid", "uniq: no value", "range: no", "mult: no"],
    "16_backtracking_patterns.yaml": ["d: pattern"],
    "17_invalid_regex.yaml": ["a: pattern", "f: pattern", "i: pattern", "j: pattern", "l: pattern"],
}
"""What the discovery file notes of a document, in one text, besides what it skips."""


@dataclass
class Outcome:
    """What one command did."""

    folder: Path
    code: int
    errors: str
    seconds: float
    events: set[str] = field(default_factory=set)

    @property
    def output(self) -> Path:
        """The locustfile, if there is one."""
        return self.folder / "OUT.py"

    def notes(self) -> str:
        """All notes of the discovery file, a line each."""
        (file,) = (self.folder / "results").glob("api_discovery_*.json")
        content = json.loads(file.read_text())
        return "\n".join(f"{note['where']} {note['message']}" for note in content["notes"])


def documents() -> dict[str, Path]:
    """The documents by name, the folder beside the checkout included."""
    folders = [OWN, MORE]
    files = [file for folder in folders for file in sorted(folder.glob("*"))]
    return {file.name: file for file in files if file.suffix in (".json", ".yaml")}


def run(folder: Path, watched: Path, *command: str) -> Outcome:
    """A command in a folder of its own, watched."""
    work = folder / "work"
    work.mkdir(parents=True)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("COV")},
        "PYTHONPATH": os.pathsep.join([str(watched), str(ROOT)]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "WATCHED_LOG": str(folder / "events"),
        "WATCHED_BYTES": str(BYTES),
    }
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, *command],
        cwd=work,
        env=environment,
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    events = (folder / "events").read_text().splitlines()
    seconds = time.monotonic() - start
    return Outcome(work, done.returncode, done.stderr.decode(), seconds, set(events))


@pytest.fixture(name="watched", scope="module")
def _watched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("watched")
    shutil.copy(Path(__file__).with_name("watched_child.py"), folder / "sitecustomize.py")
    return folder


@pytest.fixture(name="outcomes", scope="module")
def _outcomes(tmp_path_factory: pytest.TempPathFactory, watched: Path) -> dict[str, Outcome]:
    """What came of every document, and of a harmless one ("")."""
    base, made = tmp_path_factory.mktemp("hostile"), tmp_path_factory.mktemp("made")
    files = documents()
    generator = MORE / "gen_huge_enum.py"
    if generator.exists():
        files["huge_enum.json"] = made / "huge_enum.json"
        subprocess.run([sys.executable, generator, files["huge_enum.json"]], check=True)
    files[""] = made / "harmless.json"
    paths = {"/items": {"get": {"responses": {"200": {"description": "ok"}}}}}
    files[""].write_text(json.dumps({"openapi": "3.1.0", "info": {}, "paths": paths}))

    def generate(name: str) -> Outcome:
        options = ["--spec", str(files[name]), "-o", "OUT.py", "--results-dir", "results"]
        given = ["--token", "secret-token", "--api-key", "secret-key"]
        folder = base / (name or "harmless")
        return run(folder, watched, "-m", "benchmark.cli", "generate", *options, *given)

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(files, pool.map(generate, files), strict=True))


def hostile(outcomes: dict[str, Outcome]) -> dict[str, Outcome]:
    """All but the harmless one."""
    return {name: outcome for name, outcome in outcomes.items() if name}


def test_every_document_ends_in_a_file_or_an_error(outcomes: dict[str, Outcome]) -> None:
    """The exit code says which; an error is two lines without a traceback or terminal commands."""
    for name, outcome in outcomes.items():
        if name in REFUSED:
            assert outcome.code == 4, (name, outcome.errors)
            assert REFUSED[name] in outcome.errors, (name, outcome.errors)
        else:
            assert outcome.code == 0, (name, outcome.errors)
        assert outcome.output.exists() == (outcome.code == 0), name
        assert "Traceback" not in outcome.errors, name
        assert not ESCAPES.search(outcome.errors), (name, outcome.errors)
        assert outcome.seconds < SECONDS, name


def test_nothing_is_touched_that_a_harmless_document_does_not_touch(
    outcomes: dict[str, Outcome],
) -> None:
    """No network, no other process, no file outside; none named PWNED, nor such a variable."""
    usual = outcomes[""].events
    own_code = (sys.prefix, sys.base_prefix, str(ROOT / "benchmark"))
    files = {**documents(), "huge_enum.json": Path("huge_enum.json")}
    for name, outcome in hostile(outcomes).items():
        for line in outcome.events - usual:
            event, path, *others = json.loads(line)
            made = ("read", "write", "os.mkdir", "os.remove", "os.rename")
            paths = (path, *others)
            is_result = event in made and all(p.startswith(str(outcome.folder)) for p in paths)
            is_code = event == "read" and path.startswith(own_code)
            is_document = event == "read" and Path(path).name == files[name].name
            assert is_result or is_code or is_document, (name, line)
        left = sorted(p.name for p in outcome.folder.rglob("*") if p.is_file())
        wanted = r"(OUT\.py|(api_discovery|load_plan|dynamic_locustfile)_\d{8}_\d{6}\.(json|py))"
        assert all(re.fullmatch(wanted, file) for file in left), (name, left)


def test_files_and_notes_hold_nothing_that_acts(outcomes: dict[str, Outcome]) -> None:
    """Output is UTF-8 that compiles, without control characters or secrets, and not too large."""
    for name, outcome in hostile(outcomes).items():
        if not outcome.output.exists():
            continue
        data = outcome.output.read_bytes()
        source = data.decode("utf-8")
        compile(source, "OUT.py", "exec", dont_inherit=True)
        assert not ESCAPES.search(source), name
        assert not re.search(r"^\s*(open|import os|exec|eval)\b", source, re.MULTILINE), name
        assert len(data) < 3_000_000, name
        written = [source, *(p.read_text() for p in (outcome.folder / "results").iterdir())]
        for text in written:
            assert "secret-token" not in text, name
            assert "secret-key" not in text, name
            assert "root:" not in text, name


def test_what_was_wrong_is_said(outcomes: dict[str, Outcome]) -> None:
    """Each part that was left out, repaired or impossible has its note; each reference one."""
    for name in SAID.keys() & outcomes.keys():
        notes = outcomes[name].notes()
        for text in SAID[name]:
            assert text in notes, (name, text, notes)
    for name in {
        "references.yaml",
        "10_ref_traversal.yaml",
        "11_ref_remote.json",
    } & outcomes.keys():
        notes = outcomes[name].notes()
        references = re.findall(r"the reference '(.*?)'", notes)
        assert references, name
        assert len(references) == len(set(references)), notes


def test_template_syntax_is_data(outcomes: dict[str, Outcome]) -> None:
    """No template in a text is evaluated: the braces are still there, the result is not."""
    for name in {"injection.json", "06_template_syntax.yaml"} & outcomes.keys():
        source = outcomes[name].output.read_text()
        assert "{{" in source
        assert "49" not in source


def test_every_file_imports_under_locust(
    outcomes: dict[str, Outcome], watched: Path, tmp_path: Path
) -> None:
    """Locust finds user classes with tasks in each, and importing them does nothing else."""
    script = tmp_path / "load.py"
    script.write_text(
        "import sys\n"
        "from locust.util.load_locustfile import load_locustfile\n"
        "for path in sys.argv[1:]:\n"
        "    users = load_locustfile(path)[0]\n"
        "    assert users and all(user.tasks for user in users.values()), path\n"
    )
    usual = run(tmp_path / "one", watched, str(script), str(outcomes[""].output))
    made = [str(o.output) for o in hostile(outcomes).values() if o.output.exists()]
    outcome = run(tmp_path / "all", watched, str(script), *made)
    assert (usual.code, outcome.code) == (0, 0), outcome.errors
    assert not list(outcome.folder.iterdir())
    for line in outcome.events - usual.events:
        event, path, *_ = json.loads(line)
        folders = (sys.prefix, sys.base_prefix, str(ROOT), *(str(Path(p).parent) for p in made))
        assert event == "read", line
        assert path.startswith(folders), line


def test_the_folder_of_more_documents_is_there() -> None:
    """Says, where it is absent, that only the repository's own documents were tried."""
    if not MORE.is_dir():
        pytest.skip(f"there are no documents in {MORE}")
    assert len(documents()) > 20


def test_the_watching_sees_what_it_should(watched: Path, tmp_path: Path) -> None:
    """A file, a look-up, a connection, a child process and a variable are each noted."""
    code = (
        "import os, socket, subprocess, sys\n"
        "open('made', 'w').close()\n"
        "os.environ['PWNED'] = '1'\n"
        "socket.getaddrinfo('127.0.0.1', 9)\n"
        "socket.socket().connect_ex(('127.0.0.1', 9))\n"
        "subprocess.run([sys.executable, '-c', ''], env={})\n"
    )
    outcome = run(tmp_path, watched, "-c", code)
    seen = {json.loads(line)[0] for line in outcome.events}
    assert {"write", "environment", "subprocess.Popen"} <= seen
    assert {"socket.getaddrinfo", "socket.connect"} <= seen
