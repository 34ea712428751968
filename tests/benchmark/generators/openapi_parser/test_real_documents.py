"""Real and hostile documents beside the checkout, where there are any, go through whole."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import jsonschema_rs
import pytest

from benchmark.errors import DocumentError
from benchmark.generators.documents import read_document
from benchmark.generators.openapi_parser import parse_document
from benchmark.models import ApiDocument, ApiSpec, JsonSchema

_SHARED = Path(__file__).parents[4].parent / "shared"
_EVERY = 12
_SUFFIXES = (".json", ".yaml", ".json.gz", ".yaml.gz")


def documents(folder: str) -> list[Path]:
    """The documents of one folder, or the test is skipped."""
    found = sorted(p for p in (_SHARED / folder).glob("*") if p.name.endswith(_SUFFIXES))
    if not found:
        pytest.skip(f"there are no documents in {_SHARED / folder}")
    return found


def parse(path: Path) -> ApiSpec | None:
    """The API that a file describes, None where it is refused."""
    data = path.read_bytes()
    data = gzip.decompress(data) if path.suffix == ".gz" else data
    try:
        document = read_document(data, path.name)
    except DocumentError:
        return None
    return parse_document(ApiDocument("main", "", path.name, document))


def schemas(spec: ApiSpec) -> Iterator[JsonSchema]:
    """Every schema of an API that is not a definition."""
    for operation in spec.operations:
        yield from (parameter.schema for parameter in operation.parameters)
        bodies = operation.body.media_types if operation.body else ()
        answers = [media for response in operation.responses for media in response.media_types]
        yield from (media.schema for media in (*bodies, *answers))


def test_a_sample_of_real_documents_parses_to_valid_schemas() -> None:
    """Nearly every operation is usable, and every schema is one that a validator accepts."""
    usable = skipped = 0
    for path in documents("specs")[::_EVERY]:
        if (spec := parse(path)) is None:
            continue
        usable, skipped = usable + len(spec.operations), skipped + len(spec.skipped)
        for schema in (*schemas(spec), *spec.definitions.values()):
            assert isinstance(schema, bool) or jsonschema_rs.meta.is_valid(dict(schema))
    assert usable >= 49 * skipped
    assert usable > 0


def test_hostile_documents_parse_or_are_refused() -> None:
    """Each ends in an API or a DocumentError, and nothing is left on the disk."""
    for path in documents("hostile_specs"):
        if (spec := parse(path)) is None:
            continue
        for operation in spec.operations:
            assert operation.path.startswith("/")
            assert not operation.path.startswith("//")
        for note in spec.warnings:
            assert note.message.isprintable()
    assert not Path("PWNED").exists()
