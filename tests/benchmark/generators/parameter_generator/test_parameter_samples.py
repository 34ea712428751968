"""Several samples of one schema, determinism, speed of a kind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmark.generators.parameter_generator import ParameterGenerator
from benchmark.models import Parameter

ORDER: dict[str, Any] = {
    "type": "object",
    "required": ["email", "lines"],
    "properties": {
        "email": {"type": "string", "format": "email"},
        "state": {"enum": ["new", "paid", "sent"]},
        "lines": {
            "type": "array",
            "minItems": 2,
            "items": {
                "type": "object",
                "properties": {"sku": {"type": "string"}, "quantity": {"type": "integer"}},
            },
        },
        "payment": {
            "oneOf": [
                {"type": "object", "required": ["iban"], "properties": {"iban": {}}},
                {"type": "object", "required": ["card"], "properties": {"card": {}}},
            ]
        },
    },
}

SCRIPT = """
import json, sys
from benchmark.generators.parameter_generator import ParameterGenerator
schema = json.loads(sys.argv[1])
print(json.dumps(ParameterGenerator(5).samples(schema, 3)))
"""


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _shape(member) for key, member in value.items()}
    return [_shape(item) for item in value] if isinstance(value, list) else None


def test_samples_have_one_shape_and_differ() -> None:
    """The same members, lengths and branch in every sample; scalars differ."""
    samples = ParameterGenerator(1).samples(ORDER, 8)
    assert len(samples) == 8
    assert len({json.dumps(_shape(sample)) for sample in samples}) == 1
    assert len({sample["email"] for sample in samples}) == 8
    assert {sample["state"] for sample in samples} == {"new", "paid", "sent"}


def test_examples_come_first() -> None:
    """Valid examples lead, in their order; what is not valid or has another shape is left out."""
    schema = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "n": {"type": "integer"}},
    }
    examples = [{"name": 5.5, "n": []}, {"name": "A", "n": 1}, {"n": 3}, {"name": "B", "n": 2}]
    samples = ParameterGenerator(1).samples(schema, 4, examples=examples)
    assert samples[:2] == ({"name": "A", "n": 1}, {"name": "B", "n": 2})
    assert [sample["n"] for sample in samples] == [1, 2, 1, 2]
    assert all(set(sample) == {"name", "n"} for sample in samples)


def test_samples_beyond_an_example_vary_what_is_personal() -> None:
    """Names and addresses are renewed, references and codes of the example are kept."""
    schema = {
        "type": "object",
        "properties": {"email": {"type": "string"}, "region": {"type": "string"}},
        "example": {"email": "a@b.org", "region": "eu-central-1"},
    }
    samples = ParameterGenerator(1).samples(schema, 5)
    assert samples[0] == schema["example"]
    assert len({sample["email"] for sample in samples}) == 5
    assert {sample["region"] for sample in samples} == {"eu-central-1"}


def test_no_samples() -> None:
    """None are asked for, none are given; far too many are not given either."""
    generator = ParameterGenerator(1)
    assert generator.samples({"type": "string"}, 0) == ()
    assert generator.samples({"type": "string"}, -1) == ()
    assert len(generator.samples({"type": "null"}, 10**9)) == 1_000


def test_the_same_seed_gives_the_same_values() -> None:
    """In one process, and in others with other hash seeds."""
    here = json.dumps(ParameterGenerator(5).samples(ORDER, 3))
    schema = {
        **ORDER,
        "properties": {
            **ORDER["properties"],
            "code": {"type": "string", "pattern": "^[^a-f]{2}\\w+$"},
        },
    }
    assert here == json.dumps(ParameterGenerator(5).samples(ORDER, 3))
    assert here != json.dumps(ParameterGenerator(6).samples(ORDER, 3))
    root = Path(__file__).parents[4]
    outputs = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT, json.dumps(schema)],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


def test_without_a_seed_generators_differ() -> None:
    """No seed means other values each time."""
    values = {json.dumps(ParameterGenerator().samples(ORDER, 3)) for _ in range(3)}
    assert len(values) == 3


def test_our_parameters() -> None:
    """A parameter of the model uses its own examples, where they are valid."""
    generator = ParameterGenerator(1)
    parameter = Parameter("limit", "query", False, {"type": "integer"}, examples=("x", 77))
    assert generator.generate_for_parameter(parameter) == 77
    without = Parameter("limit", "query", False, {"type": "integer"})
    assert generator.generate_for_parameter(without) <= 20


def test_is_valid() -> None:
    """The generator's own check says what a validator says, but read-only members may be absent."""
    generator = ParameterGenerator(1)
    schema = {
        "type": "object",
        "required": ["id", "n"],
        "properties": {"id": {"type": "integer", "readOnly": True}, "n": {"type": "integer"}},
    }
    assert generator.is_valid({"n": 1.0}, schema)
    assert not generator.is_valid({"n": True}, schema)
    assert not generator.is_valid({"id": 1}, schema)
