"""The plan: what takes part, how often, with what, and always the same for the same seed."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmark.generators.openapi_parser import parse_document
from benchmark.generators.scenario_planner.plan_file import plan_to_json
from benchmark.models import ApiDocument, Constant, Created, Found, LoadPlan, SkippedOperation
from tests.benchmark.generators.small_apis import (
    ITEM,
    api,
    document,
    fields,
    listing,
    op,
    planned,
    reasons,
)

ROOT = Path(__file__).resolve().parents[3]

NOTES = {
    "GET /notes": op(answer=listing(), operationId="listNotes", tags=["Notes", "read"]),
    "POST /notes": op(body=fields("name"), answer=ITEM, operationId="createNote", tags=["Notes"]),
    "GET /notes/{id}": op(operationId="getNote", tags=["Notes", "read"]),
    "DELETE /notes/{id}": op(operationId="deleteNote", tags=["Notes"]),
    "GET /health": op(operationId="health"),
}


def left(plan: LoadPlan) -> list[str]:
    """The operations that take part."""
    return [task.operation for task in plan.tasks()]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, list(NOTES)),
        ({"read_only": True}, ["GET /notes", "GET /notes/{id}", "GET /health"]),
        ({"include": ("GET *",)}, ["GET /notes", "GET /notes/{id}", "GET /health"]),
        ({"include": ("/health", "deleteNote")}, ["GET /health"]),
        ({"include": ("delete_note",)}, ["DELETE /notes/{id}"]),
        ({"include": ("/notes/*",)}, ["GET /notes/{id}", "DELETE /notes/{id}"]),
        ({"include": ("nothing",)}, []),
        ({"exclude": ("/notes*",)}, ["GET /health"]),
        ({"exclude": ("DELETE *", "*health*")}, ["GET /notes", "POST /notes", "GET /notes/{id}"]),
        ({"include": ("GET *",), "exclude": ("/health",)}, ["GET /notes", "GET /notes/{id}"]),
        ({"tags": ("read",)}, ["GET /notes", "GET /notes/{id}"]),
        ({"tags": ("N*",)}, list(NOTES)[:4]),
        ({"tags": ("notes",)}, []),
        ({"max_operations": 2}, ["GET /notes", "POST /notes"]),
        ({"max_operations": 0}, []),
    ],
)
def test_what_takes_part(options: dict[str, Any], expected: list[str]) -> None:
    """Globs look at key, path and name; tags at tags; the rest is listed with its reason."""
    plan = planned(api(NOTES), **options)
    assert left(plan) == expected
    assert {skip.key for skip in plan.skipped} == set(NOTES) - set(expected)
    assert all(skip.reason.startswith("left out") for skip in plan.skipped)


def test_tags_with_brackets_match_themselves() -> None:
    """A tag is a glob, but first of all it is a tag."""
    spec = api({"GET /a": op(tags=["[admin]"]), "GET /b": op(tags=["a"])})
    assert left(planned(spec, tags=("[admin]",))) == ["GET /a", "GET /b"]


def test_methods_that_cannot_be_sent_are_skipped() -> None:
    """An odd method is named with its reason; the newer ones are not odd."""
    raw = document({"GET /a": op(), "QUERY /a": op()})
    raw["paths"]["/a"]["additionalOperations"] = {"LINK": op()}
    plan = planned(parse_document(ApiDocument("main", "", "memory", raw)))
    assert left(plan) == ["GET /a", "QUERY /a"]
    assert plan.skipped == (SkippedOperation("main", "LINK /a", "method LINK is not supported"),)


def test_what_two_documents_have_in_common_is_called_once() -> None:
    """An operation of the same method and path belongs to the first application."""
    plan = planned([api({"GET /a": op()}, "one"), api({"GET /a": op(), "GET /b": op()}, "two")],
                   users=2)  # fmt: skip
    assert [(user.name, len(user.tasks)) for user in plan.users] == [("OneUser", 1), ("TwoUser", 1)]
    assert plan.skipped == (SkippedOperation("two", "GET /a", "the same as in one"),)


def test_weights_prefer_reads() -> None:
    """Reads come more often than writes, deletes and deprecated operations least."""
    spec = api({**NOTES, "GET /old": op(deprecated=True), "OPTIONS /notes": op()})
    assert {task.operation: task.weight for task in planned(spec).tasks()} == {
        "GET /notes": 4, "POST /notes": 2, "GET /notes/{id}": 4, "DELETE /notes/{id}": 1,
        "GET /health": 4, "GET /old": 1, "OPTIONS /notes": 1,
    }  # fmt: skip


def test_own_things_are_made_kept_and_taken() -> None:
    """A create keeps, a delete takes, and a read uses what the user made."""
    tasks = {task.operation: task for task in planned(api(NOTES)).tasks()}
    assert tasks["POST /notes"].keeps == "note"
    assert tasks["DELETE /notes/{id}"].takes == "note"
    sources = [slot.source for slot in tasks["GET /notes/{id}"].recipe.slots()]
    assert sources == [Created("note", "/id")]


def test_found_things_are_only_read() -> None:
    """Without a create the list supplies reads, and nothing is ever taken from it."""
    plan = planned(api(NOTES), exclude=("POST *",))
    tasks = {task.operation: task for task in plan.tasks()}
    assert [s.source for s in tasks["GET /notes/{id}"].recipe.slots()] == [Found("note", "/id")]
    assert tasks["DELETE /notes/{id}"].takes is None
    assert not tasks["DELETE /notes/{id}"].readiness.enabled


def test_references_in_bodies_are_filled_or_generated() -> None:
    """A body's reference is the user's own thing where it can be made, else a value."""
    order = op(body=fields(lines=listing(fields("note_id"))), answer=ITEM)
    order["requestBody"]["content"]["application/json"]["schema"]["required"] = ["lines"]
    spec = api({**NOTES, "POST /orders": order})
    bound = {
        slot.pointer: slot.source
        for task in planned(spec).tasks()
        if task.operation == "POST /orders"
        for slot in task.recipe.slots()
    }
    assert bound["/lines/0/note_id"] == Created("note", "/id")
    locked = planned(spec, exclude=("* /notes",))
    sources = [slot.source for task in locked.tasks() for slot in task.recipe.slots()
               if task.operation == "POST /orders"]  # fmt: skip
    assert sources
    assert not any(isinstance(source, Created | Found) for source in sources)


def test_all_reasons_are_kept_beside_the_documents_own() -> None:
    """What the parser could not use is in the plan, too."""
    spec = api({"GET /a/..": op(), "GET /b": op()})
    assert [skip.key for skip in planned(spec).skipped] == ["GET /a/.."]


def test_an_api_without_operations_gives_an_empty_plan() -> None:
    """No class, no error."""
    plan = planned(api({}))
    assert (plan.users, plan.skipped) == ((), ())
    assert reasons(plan) == {}


def test_uploads_have_the_size_that_was_asked_for() -> None:
    """`file_upload_size` reaches the files."""
    form = fields(file={"type": "string", "format": "binary"})
    form["required"] = ["file"]
    spec = api({"POST /files": op(body=form, media="multipart/form-data")})
    (task,) = planned(spec, file_upload_size=77).tasks()
    assert [getattr(slot.source, "size", None) for slot in task.recipe.slots()] == [77]


def test_meaning_can_be_switched_off() -> None:
    """Without inference a name says nothing about its value."""
    spec = api({"POST /a": op(body=fields("phone"))})
    (with_meaning,) = planned(spec).tasks()
    (without,) = planned(spec, infer_meaning=False).tasks()
    assert with_meaning.recipe != without.recipe


# ── the same plan again ───────────────────────────────────────────────────────────────────────


def test_the_seed_decides() -> None:
    """The same seed gives the same plan, another one another."""
    first, again, other = (planned(api(NOTES), seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert plan_to_json(first)["users"] != plan_to_json(other)["users"]


def test_source_is_the_same_in_every_process() -> None:
    """The hash seed of the process makes no difference to a byte of it."""
    code = (
        "import sys; from tests.renew_golden import golden_source;"
        "sys.stdout.buffer.write(golden_source().encode())"
    )
    digests = {
        hashlib.sha256(
            subprocess.run(
                [sys.executable, "-c", code],
                cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed},
                capture_output=True, timeout=600, check=True,
            ).stdout
        ).hexdigest()
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(digests) == 1


def test_a_parameter_without_choice_is_constant() -> None:
    """What is equal in all samples is written once."""
    parameter = {"name": "v", "in": "query", "required": True, "schema": {"const": "x"}}
    (task,) = planned(api({"GET /a": op(parameters=[parameter])})).tasks()
    assert [slot.source for slot in task.recipe.slots()] == [Constant("x")]
