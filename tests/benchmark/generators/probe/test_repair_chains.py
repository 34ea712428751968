"""A server that documents nothing is satisfied by reading and repairing alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmark.generators.parameter_generator import ParameterGenerator
from benchmark.generators.probe.complaints import read_complaints
from benchmark.generators.probe.repairs import repaired
from benchmark.models import Operation, Recipe
from tests.benchmark.generators.probe.picky_server import picky_server, send

ROUNDS = 30


@pytest.fixture(scope="module")
def picky_url() -> Iterator[str]:
    """The base URL of the server that complains."""
    with picky_server() as url:
        yield url


@pytest.mark.parametrize("seed", [1, 7, 23])
@pytest.mark.parametrize("path", ["/voyages", "/plain"])
def test_a_chain_of_complaints_builds_a_request(picky_url: str, path: str, seed: int) -> None:
    """From no body and no parameter to two 2xx answers, within a bounded number of rounds."""
    operation = Operation("main", "make", "POST", path)
    generator = ParameterGenerator(seed)
    recipe = Recipe()
    said = []
    for turn in range(ROUNDS):
        answer = send(picky_url + path, recipe, turn)
        if answer.status == 200:
            break
        complaints = read_complaints(answer.status, answer.content_type, answer.body, answer.sent)
        said.append([(c.rule, c.pointer, c.value, c.message) for c in complaints])
        changed = repaired(recipe, operation, {}, complaints, generator)
        assert changed is not None, (answer.body, recipe, said)
        recipe = changed
    else:
        pytest.fail(f"still refused: {answer.body!r} {recipe} {said}")
    assert send(picky_url + path, recipe, turn + 1).status == 200
