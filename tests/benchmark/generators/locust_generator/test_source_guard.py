"""The last gate: nothing passes but what the renderer writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.errors import BenchmarkError, DocumentError
from benchmark.generators.dependency_analyzer import analyze_dependencies
from benchmark.generators.documents import read_document
from benchmark.generators.locust_generator import render_locustfile
from benchmark.generators.locust_generator.source_guard import check_source
from benchmark.generators.openapi_parser import parse_document
from benchmark.generators.scenario_planner import PlanOptions, plan_scenarios
from benchmark.models import ApiDocument
from tests.renew_golden import GOLDEN

_SHARED = Path(__file__).parents[4].parent / "shared"
_EVERY = 13
_LARGE = 300_000

FILE = '''"""A load test."""

from locust import between, task

from benchmark.engine import ApiUser, Body, any_of, deletes, unique

note_body = Body({"name": any_of("a", "b"), "list": [1, -2, None, True, 1.5]})


class MainUser(ApiUser):
    """Notes."""

    weight = 1
    wait_time = between(1, 3)
    strategy = "random"
    sign_in_per_user = True
    api_key = ("header", "X-Key")

    def sign_in(self):
        """Sign in."""
        reply = self.client.post("/login", data={"u": self.own_account["u"], "p": self.given("p")})
        self.authorize(reply, "/token")

    @task(2)
    def create_note(self):
        """Create."""
        reply = self.client.post("/notes", json=self.new_json(note_body))
        self.keep("note", reply)

    @task(1)
    @deletes("note")
    def delete_note(self):
        note = self.take("note", self.create_note)
        owner = note.of("org").of("owner")
        self.client.delete("/{id}/{o}", path={"id": note["id"], "o": owner["id"]})

    @task(1)
    def put_note(self):
        key = self.value(unique("note"))
        body = {"deep": {"name": "x"}}
        current = self.peek("/notes/{id}", path={"id": key})
        reply = self.client.put("/{id}", json=self.echo("/b", at="/c"), answers="anything")
        self.keep("note", reply, current, sent={"key": key, "name": body["deep"]["name"]})
'''


def test_what_we_write_passes() -> None:
    """The example of this test and the golden file hold nothing but what belongs there."""
    check_source(FILE)
    check_source(GOLDEN.read_text(encoding="utf-8"))
    check_source('"""An empty load test."""\n')


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("note_body = Body(", "import os\nnote_body = Body("),
        ("from locust import between, task", "from os import system"),
        ("from locust import between, task", "from locust import *"),
        ("from locust import between, task", "from locust import between as task"),
        ("from locust import between, task", "from .locust import between, task"),
        ("from locust import between, task", "from locust import events, task"),
        ("note_body = Body(", "note_body = exec("),
        ("note_body = Body(", "note_body = any_of("),
        ("note_body = Body(", "note_body = __import__("),
        ("note_body = Body(", "Body = Body("),
        ("note_body = Body(", "note_body = other = Body("),
        ("note_body = Body(", "note_body: int = Body("),
        ("note_body = Body(", "_note_body = Body("),
        ("note_body = Body(", "note_body.x = Body("),
        ("note_body = Body(", "note_body, x = Body("),
        ("note_body = Body(", "print('x')\nnote_body = Body("),
        ("note_body = Body(", "if True: pass\nnote_body = Body("),
        ("note_body = Body(", "def f(): pass\nnote_body = Body("),
        ('any_of("a", "b")', 'f"{1}"'),
        ('any_of("a", "b")', "lambda: 1"),
        ('any_of("a", "b")', 'exec("x")'),
        ('any_of("a", "b")', 'any_of(exec("x"))'),
        ('any_of("a", "b")', "any_of(*[1])"),
        ('any_of("a", "b")', 'any_of(**{"a": 1})'),
        ('any_of("a", "b")', 'any_of(any_of("a"))'),
        ('any_of("a", "b")', "[x for x in (1,)]"),
        ('any_of("a", "b")', "1 + 1"),
        ('any_of("a", "b")', "1 if 1 else 2"),
        ('any_of("a", "b")', "(x := 1)"),
        ('any_of("a", "b")', '"a".join'),
        ('any_of("a", "b")', "().__class__"),
        ('any_of("a", "b")', "__name__"),
        ('any_of("a", "b")', "b'a'"),
        ('any_of("a", "b")', "1j"),
        ('any_of("a", "b")', "..."),
        ('any_of("a", "b")', "not 1"),
        ('any_of("a", "b")', '"a"[0]'),
        ('any_of("a", "b")', "{**{}}"),
        ('"name":', "any_of:"),
        ("class MainUser(ApiUser)", "class MainUser"),
        ("class MainUser(ApiUser)", "class MainUser(object)"),
        ("class MainUser(ApiUser)", "class MainUser(ApiUser, dict)"),
        ("class MainUser(ApiUser)", "class MainUser(ApiUser, metaclass=type)"),
        ("class MainUser(ApiUser)", "class MainUser(benchmark.ApiUser)"),
        ("class MainUser(ApiUser)", "class ApiUser(ApiUser)"),
        ("class MainUser(ApiUser)", "@task(1)\nclass MainUser(ApiUser)"),
        ("    weight = 1", '    host = "http://x.invalid"'),
        ("    weight = 1", "    weight = Body"),
        ("    weight = 1", "    weight = (1, exec)"),
        ("    weight = 1", "    weight: int = 1"),
        ("    weight = 1", "    weight += 1"),
        ("    weight = 1", '    exec("x")'),
        ("    weight = 1", "    class Inner: pass"),
        ("between(1, 3)", "task(1, 3)"),
        ("between(1, 3)", "between(exec, 3)"),
        ("between(1, 3)", "lambda self: 1"),
        ("@task(2)", '@exec("x")'),
        ("@task(2)", "@task"),
        ("@task(2)", "@task(note_body)"),
        ("@task(2)", "@staticmethod"),
        ("@task(2)", "@between(1, 2)"),
        ("def create_note(self)", "def create_note(self, x=1)"),
        ("def create_note(self)", "def create_note(self, *x)"),
        ("def create_note(self)", "def create_note(self, /, **x)"),
        ("def create_note(self)", "def create_note(self: int)"),
        ("def create_note(self)", "def create_note(self) -> int"),
        ("def create_note(self)", "def create_note()"),
        ("def create_note(self)", "async def create_note(self)"),
        ("def create_note(self)", "def __init__(self)"),
        ("def create_note(self)", "def need(self)"),
        ("def create_note(self)", "def delete_note(self)"),
        ('self.keep("note", reply)', 'self.keep("note", other)'),
        ('self.keep("note", reply)', 'self.keep("note", exec)'),
        ('self.keep("note", reply)', 'self.keep("note", self.client)'),
        ('self.keep("note", reply)', 'self.keep("note", self.environment.runner.quit)'),
        ('self.keep("note", reply)', 'self.keep("note", reply.json())'),
        ('self.keep("note", reply)', 'self.environment.runner.quit()'),
        ('self.keep("note", reply)', 'self._delete("note")'),
        ('self.keep("note", reply)', "self.client.close()"),
        ('self.keep("note", reply)', "self.keep(**reply)"),
        ('self.keep("note", reply)', 'reply.of(self.create_note)'),
        ('self.keep("note", reply)', 'reply.raise_for_status()'),
        ('self.keep("note", reply)', 'exec("x")'),
        ('self.keep("note", reply)', "del reply"),
        ('self.keep("note", reply)', "return reply"),
        ('self.keep("note", reply)', "import os"),
        ('self.keep("note", reply)', "self.x = reply"),
        ('self.keep("note", reply)', "self = self.keep()"),
        ('self.keep("note", reply)', "note_body = self.keep()"),
        ('self.keep("note", reply)', "while True: pass"),
        ('self.keep("note", reply)', '"text"'),
        ('self.new_json(note_body)', "self.new_json(other_body)"),
        ('self.new_json(note_body)', "self.client.get()"),
        ('self.new_json(note_body)', "self.find"),
        ('note["id"]', "note[0:1]"),
        ('note["id"]', "note[reply]"),
        ('note["id"]', "note.item"),
        ('note["id"]', 'missing["id"]'),
        ('self.value(unique("note"))', "self.value(note_body.sample)"),
        ('self.value(unique("note"))', "exec"),
        ('self.value(unique("note"))', "self"),
        ('self.value(unique("note"))', "self.own_account"),
        ('self.value(unique("note"))', "self.client"),
        ('self.value(unique("note"))', "unique"),
        ('self.value(unique("note"))', "lambda: 1"),
        ('self.value(unique("note"))', "[x for x in (1,)]"),
        ('{"deep": {"name": "x"}}', '{"deep": exec("x")}'),
        ('body["deep"]["name"]', 'body["deep"][exec]'),
        ('body["deep"]["name"]', 'other["deep"]["name"]'),
        ('body["deep"]["name"]', 'body["deep"].name'),
        ('self.echo("/b", at="/c")', 'self.peek("/b")'),
        ('self.echo("/b", at="/c")', "self.echo(exec)"),
        ('self.own_account["u"]', 'self.environment["u"]'),
        ('self.own_account["u"]', "self.own_account.item"),
        ('self.given("p")', 'self.authorize("p")'),
        ('"random"', "exec"),
        ("sign_in_per_user = True", "sign_up_per_user = True"),
        ("def sign_in(self)", "def authorize(self)"),
        ("def sign_in(self)", "def own_account(self)"),
        ("def sign_in(self)", "def current_access(self)"),
        ("self.create_note)", "self.client.post)"),
        ("self.create_note)", "self.on_stop)"),
        ('note.of("org")', 'note.kind("org")'),
    ],
)  # fmt: skip
def test_what_we_do_not_write_is_refused(line: str, instead: str) -> None:
    """Every sort of construct that a document might smuggle in is named and refused."""
    assert line in FILE
    with pytest.raises(BenchmarkError, match="was not written"):
        check_source(FILE.replace(line, instead, 1))


@pytest.mark.parametrize(
    "source", ["x = (", "\x00", "(" * 500, "x = " + "[" * 3000 + "]" * 3000, "'" * 3, "\ud800"]
)
def test_what_does_not_parse_is_refused(source: str) -> None:
    """Source that Python cannot read is refused like any other, however deep."""
    with pytest.raises(BenchmarkError, match="does not parse"):
        check_source(source)


def test_real_and_hostile_documents_render() -> None:
    """Whatever document is read, the file that comes of it passes; a sample of those at hand."""
    every = [
        *sorted((_SHARED / "specs").glob("*.*"))[::_EVERY],
        *sorted((_SHARED / "hostile_specs").glob("*.*")),
    ]
    documents = [p for p in every if p.suffix in {".json", ".yaml"} and p.stat().st_size < _LARGE]
    if not documents:
        pytest.skip(f"there are no documents in {_SHARED}")
    rendered = 0
    for path in documents:
        try:
            raw = read_document(path.read_bytes(), path.name)
        except DocumentError:
            continue
        spec = parse_document(ApiDocument("main", "", path.name, raw))
        plan = plan_scenarios(
            "http://localhost", [spec], analyze_dependencies([spec]), PlanOptions()
        )
        compile(render_locustfile(plan), path.name, "exec")
        rendered += 1
    assert rendered > len(documents) // 2
