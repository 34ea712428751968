"""Descriptions in several documents: which are read, and that nothing else is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from benchmark.errors import DocumentError
from benchmark.generators.documents import DocumentLimits
from benchmark.generators.openapi_parser import parse_document
from benchmark.generators.subapp_discovery import discover, discover_from_specs
from benchmark.generators.subapp_discovery.found import FoundDocument
from benchmark.generators.subapp_discovery.related import RelatedLimits, with_related_files
from benchmark.models import ApiSpec, Credentials, Discovery, Target
from tests.benchmark.generators.loopback_server import Answer, Loopback, openapi, serve

DATA = Path(__file__).parents[2] / "data" / "multi_file"
NOWHERE = Target("http://127.0.0.1:1")
SECRET = "openapi: 3.0.0\ninfo: {title: TOP-SECRET}\n"


def write(folder: Path, **files: Any) -> None:
    """Files with JSON content; `__` in a name is a slash, and `.yaml` is added."""
    for name, content in files.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))


def with_schemas(**schemas: str) -> dict[str, Any]:
    """A document with one operation, and schemas that are references."""
    references = {name: {"$ref": reference} for name, reference in schemas.items()}
    return openapi("POST /items", components={"schemas": references})


def load(folder: Path, limits: RelatedLimits | None = None) -> tuple[list[str], list[str]]:
    """The related documents of `api.yaml`, and what was said of the others."""
    url = str(folder / "api.yaml")
    found = FoundDocument((url,), json.loads((folder / "api.yaml").read_text()))
    whole, notes = with_related_files(found, limits or RelatedLimits())
    return list(whole.related), [note.message for note in notes]


def parsed(discovery: Discovery) -> ApiSpec:
    """The first application, parsed."""
    return parse_document(discovery.documents[0])


# ── Files ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("is_relative", [True, False])
def test_a_description_in_several_files_is_one_api(
    monkeypatch: pytest.MonkeyPatch, *, is_relative: bool
) -> None:
    """Path items, parameters, bodies and schemas are found in every file, circles included."""
    monkeypatch.chdir(DATA)
    name = "openapi.yaml" if is_relative else str(DATA / "openapi.yaml")
    discovery = discover_from_specs(NOWHERE, [name])
    spec = parsed(discovery)
    assert [operation.key for operation in spec.operations] == [
        "GET /library/books",
        "POST /library/books",
        "GET /library/books/{book_id}",
        "PUT /library/books/{book_id}",
        "GET /library/members",
        "POST /library/members",
    ]
    assert set(spec.definitions) == {"Book", "Author", "Person", "Member", "Format"}
    names = [[p.name for p in operation.parameters] for operation in spec.operations]
    assert names[0] == ["page", "page_size", "format"]
    assert names[2] == ["book_id"]
    assert (spec.warnings, spec.skipped) == ((), ())
    assert len(discovery.notes) == 1  # the host that it names
    assert [response.status for response in spec.operations[1].responses] == ["201"]


@pytest.mark.parametrize(
    "reference",
    [
        "../secret.yaml",
        "sub/../../secret.yaml",
        "..%2fsecret.yaml",
        "%2e%2e/secret.yaml",
        "..\\secret.yaml",
        "{folder}/secret.yaml",
        "file://{folder}/secret.yaml",
        "file:../secret.yaml",
        "link.yaml",
        "up/secret.yaml",
        "//127.0.0.1:1/secret.yaml",
        "http://127.0.0.1:1/secret.yaml",
        "secret",
        "notes.txt",
        "disguised.yaml",
        "pipe.yaml",
        "loop.yaml",
        "sub.yaml",
        "missing.yaml",
        "nul%00.yaml",
        "a" * 5000 + ".yaml",
    ],
)
def test_nothing_else_than_a_document_in_the_folder_is_read(tmp_path: Path, reference: str) -> None:
    """Every way out of the folder, and all that is no document, is reported once."""
    (tmp_path / "secret.yaml").write_text(SECRET)
    inside = tmp_path / "inside"
    (inside / "sub.yaml").mkdir(parents=True)
    (inside / "notes.txt").write_text(SECRET)
    (inside / "secret").write_text(SECRET)
    (inside / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    (inside / "up").symlink_to(tmp_path)
    (inside / "disguised.yaml").symlink_to(inside / "notes.txt")
    (inside / "loop.yaml").symlink_to(inside / "loop.yaml")
    os.mkfifo(inside / "pipe.yaml")
    written = reference.replace("{folder}", str(tmp_path))
    write(inside, api=with_schemas(A=written, B=written + "#/x"))
    related, notes = load(inside)
    assert related == []
    assert len(notes) == 1
    assert notes[0].startswith("the reference ")
    assert "TOP-SECRET" not in notes[0]


def test_links_within_the_folder_are_followed(tmp_path: Path) -> None:
    """A folder that is a link itself, and links to files in it, are what they lead to."""
    real = tmp_path / "real"
    write(real, api=with_schemas(A="link.yaml"), schemas__pet={"type": "object"})
    (real / "link.yaml").symlink_to("schemas/pet.yaml")
    (tmp_path / "link").symlink_to(real)
    assert load(tmp_path / "link") == (["link.yaml"], [])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "empty"),
        ("{", "cannot be followed"),
        ("<html>", "HTML"),
        ("!!python/object/apply:os.system ['touch PWNED']", "tag"),
        ("[" * 300, "cannot be followed"),
        ("a: &a [1, 2, 3]\nb: [" + "*a," * 3000 + "1]", "aliases"),
    ],
)
def test_parts_that_cannot_be_read_are_reported(tmp_path: Path, content: str, message: str) -> None:
    """A broken part costs its reference, not the document."""
    write(tmp_path, api=with_schemas(A="part.yaml"), part=content)
    related, notes = load(tmp_path)
    assert related == []
    assert message in notes[0]
    assert not Path("PWNED").exists()


def test_parts_may_hold_anything(tmp_path: Path) -> None:
    """A list and a single value are parts too; what they are worth is the parser's business."""
    write(tmp_path, api=with_schemas(A="a.yaml", B="b.yaml"), a="[1]", b="text")
    assert load(tmp_path) == (["a.yaml", "b.yaml"], [])
    discovery = discover_from_specs(NOWHERE, [str(tmp_path / "api.yaml")])
    assert len(parsed(discovery).operations) == 1


def test_limits_stop_the_reading(tmp_path: Path) -> None:
    """Number, size, chain and reports are bounded, and each bound is named."""
    main = with_schemas(**{f"S{n}": f"p{n}.yaml" for n in range(9)})
    write(tmp_path, api=main, **{f"p{n}": {"title": "x" * 1000} for n in range(9)})
    related, notes = load(tmp_path, RelatedLimits(max_documents=3))
    assert len(related) == 3
    assert "beyond 3 other documents" in notes[0]
    related, notes = load(tmp_path, RelatedLimits(max_bytes=2500))
    assert len(related) == 2
    assert "max_bytes" in notes[0]
    small = RelatedLimits(document=DocumentLimits(max_bytes=500), max_notes=4)
    related, notes = load(tmp_path, small)
    assert (len(related), len(notes)) == (0, 5)
    assert "more than 4 references" in notes[4]


def test_chains_are_bounded(tmp_path: Path) -> None:
    """Each document refers to one more; the chain is cut."""
    parts = {f"p{n}": {"items": {"$ref": f"p{n + 1}.yaml"}} for n in range(9)}
    write(tmp_path, api=with_schemas(A="p0.yaml"), **parts)
    related, notes = load(tmp_path, RelatedLimits(max_chain=4))
    assert related == ["p0.yaml", "p1.yaml", "p2.yaml", "p3.yaml"]
    assert "max_chain" in notes[0]


# ── URLs ──────────────────────────────────────────────────────────────────────────────────────────

PATHS = {
    "/pets": {"$ref": "parts/pets.json"},
    "/owners": {"get": {"responses": {"200": {"$ref": "/shared/answers.json#/ok"}}}},
}
ROUTES = {
    "/v1/openapi.json": {**openapi(), "paths": PATHS, "servers": [{"url": "/v1"}]},
    "/v1/parts/pets.json": {"get": {"responses": {"200": {"$ref": "more.json#/ok"}}}},
    "/v1/parts/more.json": {"ok": {"description": "ok"}},
    "/shared/answers.json": {"ok": {"description": "ok"}},
}


@contextmanager
def two_sites() -> Iterator[tuple[Loopback, Loopback]]:
    """A server with a document in parts, and another one that must not be asked."""
    with serve({}, {"ok": {"description": "ok"}}) as other, serve(dict(ROUTES)) as server:
        yield server, other


def test_parts_on_the_same_site_are_fetched() -> None:
    """A named and a crawled document both get their parts, with the credentials of the target."""
    with two_sites() as (server, _):
        target = Target(server.url, Credentials(token="t"))
        for discovery in (
            discover_from_specs(target, [f"{server.url}/v1/openapi.json"]),
            discover(target, timeout_seconds=10),
        ):
            keys = [operation.key for operation in parsed(discovery).operations]
            assert keys == ["GET /v1/pets", "GET /v1/owners"]
            assert len(discovery.documents[0].related) == 3
        parts = [asked for asked in server.asked if asked.path.startswith("/v1/parts")]
        assert all(asked.headers["Authorization"] == "Bearer t" for asked in parts)


def test_parts_elsewhere_are_not_fetched() -> None:
    """Another host is not asked, not even an allowed one, nor by a redirect."""
    with two_sites() as (server, other):
        paths = {
            "/a": {"$ref": f"{other.url}/a.json"},
            "/b": {"$ref": "moved.json"},
            "/c": {"$ref": f"{server.url.replace('http://', 'ftp://')}/c.json"},
            "/d": {"$ref": "account/delete"},
            "/e": {"get": {}},
        }
        server.routes = {
            "/openapi.json": {**openapi(), "paths": paths},
            "/moved.json": Answer("", 302, {"Location": f"{other.url}/moved.json"}),
        }
        target = Target(server.url, allowed_hosts=(other.url.removeprefix("http://"),))
        discovery = discover_from_specs(target, [f"{server.url}/openapi.json"])
        notes = "\n".join(note.message for note in discovery.notes)
        assert not other.asked
        assert notes.count("leads to another host") == 3
        assert "looks like an action" in notes
        assert "/account/delete" not in [asked.path for asked in server.asked]
        assert [operation.key for operation in parsed(discovery).operations] == ["GET /e"]


def test_a_document_elsewhere_has_its_parts_there() -> None:
    """Its parts come from its own site, without the credentials of the target."""
    with two_sites() as (server, _):
        target = Target("http://127.0.0.1:1", Credentials(token="t"))
        discovery = discover_from_specs(target, [f"{server.url}/v1/openapi.json"])
        assert len(parsed(discovery).operations) == 2
        assert all("Authorization" not in asked.headers for asked in server.asked)


def test_parts_that_never_come_do_not_hold_up_the_discovery() -> None:
    """The time limit of the discovery holds for its parts too."""
    over = threading.Event()
    with serve({}) as server:
        paths = {f"/{n}": {"$ref": f"slow{n}.json"} for n in range(50)}
        document = {**openapi(), "paths": {**paths, "/a": {"get": {}}}}

        def slow(_: Any) -> Answer:
            over.wait()
            return Answer("{}")

        server.routes = {
            "/openapi.json": document,
            **{f"/slow{n}.json": slow for n in range(50)},
        }
        discovery = discover_from_specs(
            Target(server.url), [f"{server.url}/openapi.json"], timeout_seconds=2
        )
        over.set()
        assert any("time limit" in note.message for note in discovery.notes)


def test_a_description_without_its_other_files_says_what_is_missing(tmp_path: Path) -> None:
    """Where all operations stand in files that are not there, the error names the first."""
    paths = {"/a": {"$ref": "paths/a.yaml"}, "/b": {"$ref": "paths/b.yaml"}}
    write(tmp_path, api={**openapi(), "paths": paths})
    with pytest.raises(DocumentError, match=r"paths/a\.yaml.*and 1 more") as caught:
        discover_from_specs(NOWHERE, [str(tmp_path / "api.yaml")])
    assert "together" in caught.value.hint


def test_webhooks_alone_are_no_operations(tmp_path: Path) -> None:
    """The error says that there is nothing to call."""
    write(tmp_path, api={**openapi(), "webhooks": {"created": {"post": {}}}})
    with pytest.raises(DocumentError, match="only webhooks"):
        discover_from_specs(NOWHERE, [str(tmp_path / "api.yaml")])


def test_files_need_nothing_that_sends() -> None:
    """What takes long to import is not imported for a document in a file."""
    code = (
        "import sys\n"
        "from benchmark.generators.subapp_discovery import discover_from_specs\n"
        "from benchmark.models import Target\n"
        "discover_from_specs(Target('http://127.0.0.1:1'), [sys.argv[1]])\n"
        "assert not {'requests', 'urllib3', 'ssl'} & set(sys.modules)\n"
    )
    root = Path(__file__).parents[3]
    subprocess.run(
        [sys.executable, "-c", code, str(DATA / "openapi.yaml")], cwd=root, check=True, timeout=300
    )
