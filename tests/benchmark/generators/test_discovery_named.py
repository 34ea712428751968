"""Discovery without a crawl: from named documents, and from importable applications."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmark.errors import BenchmarkError, DocumentError, TargetError, UsageError
from benchmark.generators.subapp_discovery import discover_from_app, discover_from_specs
from benchmark.models import Credentials, Discovery, Target
from tests.benchmark.generators.loopback_server import Answer, openapi, serve

NOWHERE = Target("http://127.0.0.1:1")
ITEMS = openapi("GET /items", "POST /items")


def found(discovery: Discovery) -> dict[str, str]:
    """Names and prefixes."""
    return {document.name: document.prefix for document in discovery.documents}


# ── Documents ─────────────────────────────────────────────────────────────────────────────────────


def test_files_are_read_without_any_request(tmp_path: Path) -> None:
    """The host is the target's, the path of `servers` stays; nothing is asked."""
    spec = {**ITEMS, "servers": [{"url": "https://prod.example.com/shop/v2"}]}
    file = tmp_path / "spec.json"
    file.write_text(json.dumps(spec))
    discovery = discover_from_specs(NOWHERE, [str(file)])
    assert found(discovery) == {"shop": "/shop/v2"}
    assert discovery.documents[0].openapi_url == str(file)
    assert discovery.base_url == "http://127.0.0.1:1"
    assert discovery.requests == 0
    assert "prod.example.com" in discovery.notes[0].message


def test_files_without_servers_lie_below_the_base_url(tmp_path: Path) -> None:
    """The path of the base URL is the prefix of a document that says nothing."""
    file = tmp_path / "spec.yaml"
    file.write_text("openapi: 3.1.0\ninfo: {title: A, version: 1}\npaths: {/a: {get: {}}}\n")
    discovery = discover_from_specs(Target("http://127.0.0.1:1/base"), [str(file)])
    assert found(discovery) == {"main": "/base"}


def test_several_documents_are_arranged(tmp_path: Path) -> None:
    """Repeated documents are one, and each gets its name."""
    names = []
    for number, prefix in enumerate(("/b", "", "/b")):
        file = tmp_path / f"{number}.json"
        file.write_text(json.dumps({**ITEMS, "servers": [{"url": prefix or "/"}]}))
        names.append(str(file))
    discovery = discover_from_specs(NOWHERE, names)
    assert found(discovery) == {"main": "", "b": "/b"}


def test_urls_are_fetched_with_credentials_on_the_target_only() -> None:
    """The target's credentials go to the target; a document elsewhere is fetched without them."""
    with (
        serve({"/a.json": ITEMS}) as other,
        serve({"/v1/b.json": ITEMS, "/v1/items": [1]}) as server,
    ):
        target = Target(server.url, Credentials(token="t"))
        discovery = discover_from_specs(target, [f"{server.url}/v1/b.json", f"{other.url}/a.json"])
        assert {document.prefix for document in discovery.documents} == {"", "/v1"}
        assert server.asked[0].headers["Authorization"] == "Bearer t"
        assert "Authorization" not in other.asked[0].headers
        assert len(other.asked) == 1


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"<html>", DocumentError),
        (b'{"openapi": "3.0.0", "pa', DocumentError),
        (b'{"openapi": "3.0.0", "paths": {}}', DocumentError),
        (b'{"a": 1}', DocumentError),
        (b"[]", DocumentError),
        (b"", DocumentError),
        (None, UsageError),
    ],
)
def test_files_that_are_no_document_are_named(
    tmp_path: Path, content: bytes | None, error: type[BenchmarkError]
) -> None:
    """Each sort of wrong file has its error, which names the file and the next step."""
    file = tmp_path / "spec.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(error) as caught:
        discover_from_specs(NOWHERE, [str(file)])
    assert type(caught.value) is error
    assert "spec.json" in caught.value.message
    assert caught.value.hint


def test_folders_are_no_documents(tmp_path: Path) -> None:
    """A folder is a usage error, and so is a name that no file can have."""
    for name in (str(tmp_path), "a\0b"):
        with pytest.raises(UsageError):
            discover_from_specs(NOWHERE, [name])


def test_urls_that_fail_are_named() -> None:
    """A missing page, a page without a document and a host that is down are told apart."""
    with serve({"/docs": Answer("<!doctype html>")}) as server:
        target = Target(server.url)
        with pytest.raises(DocumentError, match="status 404"):
            discover_from_specs(target, [f"{server.url}/x.json"])
        with pytest.raises(DocumentError, match="HTML"):
            discover_from_specs(target, [f"{server.url}/docs"])
        with pytest.raises(TargetError, match="refuses"):
            discover_from_specs(target, ["http://127.0.0.1:1/x.json"])


# ── Applications ──────────────────────────────────────────────────────────────────────────────────

APPLICATION = """
import sys, threading
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Host, Mount, Route
from starlette.staticfiles import StaticFiles

print("noise on standard output")
print({}, file=sys.stderr)
threading.Thread(target=threading.Event().wait).start()

inner, other, plain = FastAPI(openapi_url=None), FastAPI(docs_url="/help"), Starlette()
plain.router.routes.append(Route("/p", lambda request: None))

@inner.get("/deep/{id}")
def deep(id: int): ...

@other.post("/x")
def x(): ...

group = Starlette(routes=[Mount("/other", app=CORSMiddleware(other, allow_origins=["*"]))])
app = FastAPI()

@app.get("/")
def root(): ...

class Bad:
    async def __call__(self, scope, receive, send): ...

inner.mount("/loop", inner)
app.mount("/api/v1/inner", inner)
app.mount("/group", group)
app.mount("/plain", plain)
app.mount("/{tenant}", FastAPI())
app.mount("/raw", Bad())
app.mount("/static", StaticFiles(directory="."))
app.router.routes.append(Host("x.example.com", app=FastAPI()))
wrapped = CORSMiddleware(app)
empty = FastAPI()

def create_app():
    return app
"""

WITHOUT_FRAMEWORK = """
number = 7
wsgi = type("Flask", (), {"wsgi_app": 1, "__call__": lambda self, environ, start: None})()
some = type("App", (), {"routes": [], "__call__": lambda self, s, r, x: None})()

def broken_app():
    raise RuntimeError("no database\\nat all")

async def bare(scope, receive, send): ...
"""


@pytest.fixture(name="folder", scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("apps")
    (folder / "shop").mkdir()
    (folder / "shop" / "web.py").write_text(APPLICATION)
    (folder / "light.py").write_text(WITHOUT_FRAMEWORK)
    (folder / "crashing.py").write_text("import os\nos._exit(3)")
    (folder / "leaving.py").write_text("import sys\nsys.exit('bye')")
    (folder / "needy.py").write_text("import not_installed_anywhere")
    (folder / "endless.py").write_text("import time\nwhile True: time.sleep(1)")
    (folder / "wrong.py").write_text("def f(:\n")
    return folder


@pytest.fixture(autouse=True)
def _in_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)


@pytest.mark.parametrize("attribute", ["wrapped", "create_app"])
def test_mounts_are_walked(attribute: str) -> None:
    """Every mounted FastAPI application has its exact prefix, whatever wraps it."""
    discovery = discover_from_app(Target("http://127.0.0.1:1/base"), f"shop.web:{attribute}")
    prefixes = found(discovery)
    assert prefixes["main"] == "/base"
    assert prefixes["inner"] == "/base/api/v1/inner"
    assert prefixes["other"] == "/base/group/other"
    documents = {document.name: document for document in discovery.documents}
    assert list(documents["inner"].spec["paths"]) == ["/deep/{id}"]
    assert documents["other"].docs_url == "http://127.0.0.1:1/base/group/other/help"
    assert documents["other"].openapi_url == f"shop.web:{attribute}"
    notes = "\n".join(f"{note.where} {note.message}" for note in discovery.notes)
    for text in ("/plain 1 routes have no document", "/raw Bad has no routes", "/{tenant}"):
        assert text in notes
    assert "StaticFiles" in notes
    assert "x.example.com" in notes
    assert "deeper than" in notes


def test_a_file_names_a_module_too() -> None:
    """A path to a file imports it from its own folder."""
    discovery = discover_from_app(NOWHERE, "shop/web.py:app")
    assert found(discovery)["main"] == ""


@pytest.mark.parametrize(
    ("reference", "error", "text"),
    [
        ("shop.web", UsageError, "module:attribute"),
        ("nothing.here:app", UsageError, "there is no module 'nothing.here'"),
        ("gone/web.py:app", UsageError, "there is no file"),
        ("light:nothing", UsageError, "applications there: some"),
        ("light:number", UsageError, "a int, not an ASGI application"),
        ("light:wsgi", UsageError, "a WSGI application"),
        ("light:broken_app", TargetError, "RuntimeError: no database at all (light.py, line"),
        ("shop.web:empty", DocumentError, "no application that documents an operation"),
        ("light:bare", DocumentError, "no application that documents an operation"),
        ("needy:app", TargetError, "not_installed_anywhere"),
        ("wrong:app", TargetError, "SyntaxError"),
        ("leaving:app", TargetError, "SystemExit: bye"),
        ("crashing:app", TargetError, "exit code 3"),
    ],
)
def test_what_cannot_be_imported_is_named(
    reference: str, error: type[BenchmarkError], text: str
) -> None:
    """Each failure says what happened and where, without a traceback."""
    with pytest.raises(error) as caught:
        discover_from_app(NOWHERE, reference)
    assert text in str(caught.value)
    assert "Traceback" not in str(caught.value)
    assert caught.value.hint


def test_imports_that_never_end_are_ended() -> None:
    """A module that runs instead of defining is stopped at the time limit."""
    with pytest.raises(TargetError, match="took more than 1 s"):
        discover_from_app(NOWHERE, "endless:app", timeout_seconds=1)
