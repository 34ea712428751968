"""How requests are written: bodies, files, headers, and values from resources."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from benchmark.generators.locust_generator import render_locustfile
from benchmark.models import ObjectNode, OwnAddress, Pooled, Upload
from tests.benchmark.generators.locust_generator.rendered_files import (
    method,
    one_task,
    rendered,
    undefined_or_unused,
)
from tests.benchmark.generators.small_apis import api, fields, listing, op, query

BINARY = {"type": "string", "format": "binary"}


@pytest.mark.parametrize(
    ("media", "schema", "arguments"),
    [
        ("application/json", fields("a"), ["json=self.new_json(act_body)"]),
        ("*/*", fields("a"), ["json=self.new_json(act_body)"]),
        (
            "application/vnd.x+json; v=1",
            fields("a"),
            [
                "json=self.new_json(act_body)",
                'headers={"Content-Type": "application/vnd.x+json; v=1"}',
            ],
        ),
        ("application/json", {"const": {}}, ["json={}"]),
        ("application/json", {"const": []}, ["json=[]"]),
        ("application/x-www-form-urlencoded", fields("a"), ["data=self.new(act_form)"]),
        ("application/x-www-form-urlencoded", {"const": {}}, []),
        ("multipart/form-data", fields("a"), ["data=self.new(act_form)", "files={}"]),
        (
            "multipart/form-data",
            {**fields(f=BINARY), "required": ["f"]},
            ['files={"f": file_of("text/plain", 1024)}'],
        ),
        ("multipart/mixed", fields("a"), ["data=self.new(act_form)", "files={}"]),
        (
            "text/plain",
            {"const": "x"},
            ["data=self.new(act_body)", 'headers={"Content-Type": "text/plain"}'],
        ),
        (
            "text/*",
            {"const": "x"},
            ["data=self.new(act_body)", 'headers={"Content-Type": "text/plain"}'],
        ),
        (
            "application/xml",
            {"const": 1},
            ["data=self.new(act_body)", 'headers={"Content-Type": "application/xml"}'],
        ),
        (
            "application/octet-stream",
            BINARY,
            [
                'data=file_of("application/octet-stream", 1024)[1]',
                'headers={"Content-Type": "application/octet-stream"}',
            ],
        ),
    ],
)
def test_how_bodies_are_sent(media: str, schema: Any, arguments: list[str]) -> None:
    """Each sort of body has its argument, and its header where the client would not write it."""
    source = rendered(
        api({"POST /a": op(body=schema, media=media, status="204", operationId="act")})
    )
    call = ast.parse(method(source, "act")).body[0]
    assert isinstance(call, ast.Expr)
    assert isinstance(call.value, ast.Call)
    assert [f"{k.arg}={ast.unparse(k.value)}" for k in call.value.keywords] == [
        ast.unparse(ast.parse(f"f({argument})")).removeprefix("f(").removesuffix(")")
        for argument in arguments
    ]
    assert undefined_or_unused(source) == ""


def test_several_files_are_a_list_of_parts() -> None:
    """One name, several files."""
    files = {"type": "array", "items": BINARY, "minItems": 2, "maxItems": 2}
    schema = {"type": "object", "required": ["f"], "properties": {"f": files}}
    source = rendered(api({"POST /a": op(body=schema, media="multipart/form-data")}))
    part = 'file_of("text/plain", 1024)'
    assert f'files={{"f": [{part}, {part}]}},' in source


def test_a_file_within_json_is_its_name() -> None:
    """Bytes cannot be written as JSON."""
    upload = Upload("a.png", "image/png", 9)
    assert 'data=file_of("image/png", 9)[1]' in render_locustfile(one_task(upload, "image/png"))
    nested = ObjectNode((("meta", ObjectNode((("file", upload),))), ("file", upload)))
    source = render_locustfile(one_task(nested, "multipart/form-data"))
    assert 'Body({"meta": {"file": "a.png"}})' in source
    assert 'files={"file": file_of("image/png", 9)}' in source


def test_a_file_may_hold_a_text() -> None:
    """The text stands in the file as a literal."""
    upload = Upload("data.json", "application/json", 0, '[{"a": 1}]')
    source = render_locustfile(one_task(ObjectNode((("file", upload),)), "multipart/form-data"))
    assert """file_of("application/json", text='[{"a": 1}]')""" in source


def test_an_address_of_the_target_is_made_of_the_host_in_use() -> None:
    """So the file works against another host, too."""
    body = ObjectNode((("url", OwnAddress("/feed")), ("kind", Pooled(("a", "b")))))
    source = render_locustfile(one_task(body, "application/json"))
    assert '{"/url": self.own_address("/feed")}' in source


def test_choices_may_be_between_whole_objects() -> None:
    """Where samples differ in shape, they are chosen whole."""
    choice = Pooled(({"a": 1}, {"b": 2}))
    assert 'any_of({"a": 1}, {"b": 2})' in render_locustfile(one_task(choice, "application/json"))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((1, 2, 1, 2), "any_of(1, 2)"),
        ((1, 2, 3, 4), "any_of(1, 2, 3, 4)"),
        ((1, 2, 2, 1), "any_of(1, 2, 2, 1)"),
        ((1, True, 1, True), "any_of(1, True)"),
        ((3, 3), "3"),
    ],
)
def test_choices_are_written_once(values: tuple[Any, ...], expected: str) -> None:
    """Values that only come again are left out; the n-th of all choices still belong together."""
    assert f"Body({expected})" in render_locustfile(one_task(Pooled(values), "application/json"))


def test_picks_in_methods_are_distinct() -> None:
    """A query's values stand in the method, each once, and a single one without a choice."""
    parameters = [query("two", enum=["a", "b"]), query("one", enum=["c"])]
    source = rendered(api({"GET /a": op(parameters=parameters, operationId="act")}))
    assert '{"two": self.pick("a", "b"), "one": "c"}' in method(source, "act")


def test_values_from_resources_go_into_paths_queries_and_bodies() -> None:
    """By name where that is simple, by pointer where it lies deeper, in each item of an array."""
    body = fields("a", lines={**listing(fields("note_id")), "minItems": 2, "maxItems": 2})
    body["required"] = ["lines"]
    operations = {
        "POST /notes": op(answer=fields(**{"note~id": {"type": "integer"}})),
        "POST /notes/{id}/a": op(body=body, parameters=[query("note_id")], operationId="act"),
    }
    text = method(rendered(api(operations)), "act")
    assert 'path={"id": note["/note~0id"]}' in text
    assert 'params={"note_id": note["/note~0id"]}' in text
    assert '"/lines/0/note_id": note["/note~0id"]' in text
    assert '"/lines/1/note_id": note["/note~0id"]' in text


@pytest.mark.parametrize("verb", ["QUERY", "TRACE"])
def test_rare_methods_go_through_request(verb: str) -> None:
    """What the client has no method for is named."""
    source = rendered(api({f"{verb} /a": op(status="204", operationId="act")}))
    assert method(source, "act") == f'self.client.request("{verb}", "/a")'


def test_headers_and_cookies_have_their_own_arguments() -> None:
    """Each place has one argument."""
    parameters = [
        {**query("X-Version", const="1"), "in": "header"},
        {**query("sid", const="s"), "in": "cookie"},
    ]
    operation = op(parameters=parameters, status="204", operationId="act")
    text = method(rendered(api({"GET /a": operation})), "act")
    assert text == 'self.client.get("/a", headers={"X-Version": "1"}, cookies={"sid": "s"})'
