"""What is known of a document is not worked out again: definitions, checks, and hopeless draws."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from benchmark.generators.parameter_generator import ParameterGenerator, checks
from benchmark.generators.parameter_generator.drawing import Drawing
from benchmark.generators.parameter_generator.schemas import Schemas

PET = {"type": "object", "properties": {"name": {"type": "string", "pattern": "^[a-z]+$"}}}
TO_PET = {"$ref": "#/$defs/Pet"}


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often texts are checked, and values drawn."""
    counted: Counter[str] = Counter()
    text_fits, draw_value = checks.text_fits, Drawing._value

    def counting_checks(*arguments: Any) -> bool:
        counted["checks"] += 1
        return text_fits(*arguments)

    def counting_draws(self: Drawing, *arguments: Any) -> Any:
        counted["draws"] += 1
        return draw_value(self, *arguments)

    monkeypatch.setattr(checks, "text_fits", counting_checks)
    monkeypatch.setattr(Drawing, "_value", counting_draws)
    return counted


def test_references_to_a_definition_have_the_same_rules() -> None:
    """Whoever only refers to a definition, or describes the reference, shares its rules."""
    schemas = Schemas({"Pet": PET, "Alias": {"$ref": "#/$defs/Pet"}})
    rules = schemas.read(dict(TO_PET))
    assert rules.names == ("Pet",)
    assert schemas.read(dict(TO_PET)) is rules
    assert schemas.read({"allOf": [dict(TO_PET)], "description": "D"}) is rules
    alias = schemas.read({"$ref": "#/$defs/Alias"})
    assert alias.names == ("Alias", "Pet")
    assert alias.objects[0].properties == PET["properties"]


@pytest.mark.parametrize("beside", [{"readOnly": True}, {"example": {}}, {"nullable": True}])
def test_references_with_keywords_beside_have_their_own_rules(beside: dict[str, Any]) -> None:
    """A keyword beside the reference holds for that one alone."""
    schemas = Schemas({"Pet": PET})
    rules = schemas.read(dict(TO_PET))
    other = schemas.read({"allOf": [dict(TO_PET)], **beside})
    assert other is not rules
    assert (rules.read_only, rules.examples) == (False, ())


def test_definitions_that_only_lead_to_each_other_end() -> None:
    """A circle of references allows everything."""
    schemas = Schemas({"A": {"$ref": "#/$defs/B"}, "B": {"allOf": [{"$ref": "#/$defs/A"}]}})
    assert schemas.read({"$ref": "#/$defs/A"}).types is None


def test_a_part_is_checked_once_for_the_same_rules(calls: Counter[str]) -> None:
    """A part that was checked is not looked into again as a part of something."""
    schemas, known = Schemas({"Pet": PET}), checks.Verdicts()
    pet = {"name": "rex"}
    assert checks.satisfies(pet, schemas.read(TO_PET), schemas, known=known)
    before = calls["checks"]
    pets = schemas.read({"type": "array", "items": TO_PET})
    assert checks.satisfies([pet, pet], pets, schemas, known=known)
    assert calls["checks"] == before


def test_equal_parts_under_other_rules_are_checked() -> None:
    """A verdict holds for its own rules and its own value alone."""
    schemas, known = Schemas({"Pet": PET}), checks.Verdicts()
    pet = {"name": "rex"}
    assert checks.satisfies(pet, schemas.read(PET), schemas, known=known)
    strict = {"type": "object", "properties": {"name": {"type": "string", "minLength": 4}}}
    assert not checks.satisfies(pet, schemas.read(strict), schemas, known=known)
    assert not checks.satisfies({"name": "REX"}, schemas.read(PET), schemas, known=known)


def test_checks_grow_with_the_depth_of_choices_and_no_faster(calls: Counter[str]) -> None:
    """Choices inside choices: each is checked as often as it is drawn, not once for each around."""
    schema: dict[str, Any] = {"type": "string", "pattern": "^[a-z]{3}$"}
    for _ in range(10):
        schema = {
            "oneOf": [
                {"type": "object", "required": ["in"], "properties": {"in": schema}},
                {"type": "integer"},
            ]
        }
    ParameterGenerator(seed=1).generate_for_schema(schema)
    assert calls["checks"] <= 2


def test_what_cannot_be_had_is_sought_once(calls: Counter[str]) -> None:
    """Where no branch yields a value for one sample, the next samples cost little."""
    member = {"type": "object", "properties": {"name": {"type": "string"}}}
    schema = {"type": "array", "minItems": 1, "items": {"oneOf": [member, dict(member)]}}
    generator = ParameterGenerator(seed=1)
    first = generator.generate_for_schema(schema)
    effort = calls["draws"]
    second = generator.generate_for_schema(schema)
    assert first[0].keys() == second[0].keys() == {"name"}
    assert (calls["draws"] - effort) * 3 < effort


def test_the_branch_that_worked_is_tried_first(calls: Counter[str]) -> None:
    """Branches that never fit alone are not drawn again once another one has worked."""
    schema = {"oneOf": [{"type": "integer"}, {"type": "number"}, {"type": "string"}]}
    generator = ParameterGenerator(seed=1)
    values = [generator.generate_for_schema(schema)]
    before = calls["draws"]
    values += [generator.generate_for_schema(schema) for _ in range(5)]
    assert len({type(value) for value in values}) == 1
    assert generator.is_valid(values[-1], schema)
    assert calls["draws"] - before <= 4 * 5
