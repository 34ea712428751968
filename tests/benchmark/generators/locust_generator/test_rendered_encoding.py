"""How a generated file shows what is not written on the wire as usual."""

from __future__ import annotations

from typing import Any

from benchmark.generators.locust_generator.source_guard import check_source
from benchmark.generators.scenario_planner.single_request import Repairs, request
from benchmark.models import Constant
from tests.benchmark.generators.locust_generator.rendered_files import method, rendered
from tests.benchmark.generators.small_apis import api, fields, op, query

WORD: dict[str, Any] = {"enum": ["a"]}
LIST: dict[str, Any] = {"type": "array", "items": WORD, "enum": [["a", "b"]]}


def test_reserved_characters_are_an_argument_of_the_request() -> None:
    """The names of the values are listed; without any there is no such argument."""
    parameters = [
        {**query("q", **WORD), "allowReserved": True},
        {**query("r", **WORD), "allowReserved": False},
        {"name": "p", "in": "path", "required": True, "schema": WORD},
        {"name": "h", "in": "header", "required": True, "schema": WORD, "allowReserved": True},
    ]
    source = rendered(
        api({
            "GET /a/{+p}": op(parameters=parameters, operationId="act"),
            "GET /b/{p}": op(parameters=[*parameters[1:3]], operationId="other"),
        })
    )  # fmt: skip
    assert 'allow_reserved=["p", "q"],\n' in method(source, "act")
    assert '"/a/{p}"' in method(source, "act")
    assert "allow_reserved" not in method(source, "other")


def encoded(encoding: dict[str, Any], **properties: Any) -> str:
    """The request of a form with this encoding."""
    media = "application/x-www-form-urlencoded"
    operation = op(body=fields(*properties, **properties), media=media, operationId="act")
    operation["requestBody"]["content"][media]["encoding"] = encoding
    return " ".join(method(rendered(api({"POST /a": operation})), "act").split())


def test_the_encoding_of_forms_is_an_argument_of_the_request() -> None:
    """In the words of the document, as far as it changes something; else there is none."""
    default = {"style": "form", "explode": True}
    assert "encoding" not in encoded({"m": default}, m=LIST)
    assert 'encoding={"m": {"style": "pipeDelimited"}}' in encoded(
        {"m": {"style": "pipeDelimited"}, "gone": {"style": "deepObject"}}, m=LIST
    )
    members = {"type": "object", "required": ["k"], "properties": {"k": WORD}}
    assert 'encoding={"m": {"style": "form"}}' in encoded({"m": default}, m=members)


def test_hostile_names_and_values_stay_literals() -> None:
    """Names and headers from a document are text in the source, whatever they hold."""
    evil = '"]); __import__("os").system("x")\n#'
    parameter = {**query(evil, **WORD), "allowReserved": True}
    form = fields(**{evil: LIST}) | {"required": [evil]}
    operation = op(body=form, media="multipart/form-data", parameters=[parameter])
    header = {"required": True, "schema": {"enum": [evil]}}
    how = {"contentType": "text/plain", "headers": {"X": header, evil: header}}
    operation["requestBody"]["content"]["multipart/form-data"]["encoding"] = {evil: how}
    source = rendered(api({"POST /a": operation}))
    check_source(source)
    assert "allow_reserved=" in source
    assert '"X": ' in source


def test_a_repaired_request_is_written_as_documented() -> None:
    """A value that takes the place of another keeps its characters, too."""
    parameter = {**query("q", **WORD), "allowReserved": True}
    spec = api({"GET /a": op(parameters=[parameter])})
    repairs: Repairs = {("query", "/q"): Constant("b/c")}
    recipe = request(spec.operations[0], spec.definitions, repairs=repairs)
    assert [(slot.source, slot.allow_reserved) for slot in recipe.parameters] == [
        (Constant("b/c"), True)
    ]
