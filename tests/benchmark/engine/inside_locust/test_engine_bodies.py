"""Body templates: pools, stamps, clocks, and values of resources."""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import orjson
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from benchmark.engine import (
    Body,
    any_of,
    clock,
    file_of,
    unique,
    unique_email,
    unique_number,
    unique_uuid,
)
from benchmark.engine.bodies import AtSending
from benchmark.engine.http_client.request_body import request_body
from benchmark.wire.stamps import next_stamp


def test_the_values_of_one_body_belong_together() -> None:
    """The n-th values of all any_of come together, at any depth, also where lists are shorter."""
    body = Body({"a": any_of(1, 2, 3), "b": [{"c": any_of("x", "y", "z")}], "d": any_of(7)})
    random = Random(1)
    seen = {str(body.sample(random)) for _ in range(100)}
    assert seen == {
        "{'a': 1, 'b': [{'c': 'x'}], 'd': 7}",
        "{'a': 2, 'b': [{'c': 'y'}], 'd': 7}",
        "{'a': 3, 'b': [{'c': 'z'}], 'd': 7}",
    }


def test_stamps_may_stand_inside_any_of() -> None:
    """What is made at sending is made there as well."""
    body = Body([any_of(unique("a"), {"deep": unique("b")})])
    samples = [body.sample(Random(seed))[0] for seed in range(20)]
    assert {type(sample) for sample in samples} == {str, dict}
    texts = [sample if isinstance(sample, str) else sample["deep"] for sample in samples]
    assert len(set(texts)) == 20


def test_nothing_to_choose_from_is_said_at_import() -> None:
    """An empty any_of is an error where it is written, not in the middle of the load."""
    with pytest.raises(ValueError, match="at least one"):
        any_of()


def test_values_of_resources_do_not_reach_other_requests() -> None:
    """`values` go into a copy; keys are JSON Pointers, and missing objects are made."""
    body = Body({"a/b": None, "list": [{"id": None}], "kept": "é"})
    filled = body.sample(Random(1), {"/a~1b": 1, "/list/0/id": 2, "/new/deep": 3})
    assert filled == {"a/b": 1, "list": [{"id": 2}], "kept": "é", "new": {"deep": 3}}
    assert body.sample(Random(1)) == {"a/b": None, "list": [{"id": None}], "kept": "é"}
    assert body.sample(Random(1), {"": [1]}) == [1]


@pytest.mark.parametrize("limit", [None, 4, 13, 14, 15, 16, 20, 200])
def test_unique_texts_never_repeat_and_keep_the_limit(limit: int | None) -> None:
    """5,000 texts differ and are short enough, also where only the end of the stamp fits."""
    make = unique("Grüße an alle", max_length=limit).make
    texts = [make() for _ in range(5000)]
    assert len(set(texts)) == 5000
    assert limit is None or max(map(len, texts)) <= limit
    if limit is None or limit > 30:
        assert texts[0].startswith("Grüße an alle-")
    assert all(re.fullmatch(r"[\w -]+", text) and not text.startswith("-") for text in texts)


@pytest.mark.parametrize(("sample", "domain"), [("ann@example.com", "example.com"), ("x", None)])
def test_unique_addresses(sample: str, domain: str | None) -> None:
    """They differ, have a local part of 64 characters at most, and are addresses in any case."""
    make = unique_email(sample).make
    assert make() != make()
    assert re.fullmatch(r"\w+\.[0-9a-z]{14}@" + re.escape(domain or "example.org"), make())
    assert len(unique_email("a" * 80 + "@b.org").make()) == 64 + len("@b.org")
    assert len(unique_email("a.long.name@b.org", max_length=24).make()) == 24


def test_processes_do_not_share_stamps_or_numbers() -> None:
    """A forked worker has a range of its own for both, whole and in their last digits."""
    number = unique_number().make
    uuid = unique_uuid().make
    read, write = os.pipe()
    if (child := os.fork()) == 0:
        os.write(write, repr([(next_stamp(), number(), uuid()) for _ in range(3)]).encode())
        os._exit(0)
    ours = [(next_stamp(), number(), uuid()) for _ in range(3)]
    os.waitpid(child, 0)
    theirs = eval(os.read(read, 10_000))
    os.close(read)
    os.close(write)
    for one, other in zip(zip(*ours, strict=True), zip(*theirs, strict=True), strict=True):
        assert not set(one) & set(other)
    assert not {stamp[-6:] for stamp, *_ in ours} & {stamp[-6:] for stamp, *_ in theirs}
    assert all(0 < value < 2**31 for _, value, _ in (*ours, *theirs))


def test_clocks_tell_the_time_of_sending() -> None:
    """The four formats of one moment, in UTC."""
    before = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    moment = datetime.fromisoformat(clock(days=1).make())
    assert clock(days=1).make().endswith("Z")
    epoch = clock(days=1, format="epoch").make()
    after = datetime.now(UTC) + timedelta(days=1)
    assert before <= moment <= after
    assert before.timestamp() <= epoch <= after.timestamp()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", clock(seconds=-60, format="date").make())
    assert re.fullmatch(r"\d\d:\d\d:\d\dZ", clock(format="time").make())


def test_files_are_made_once() -> None:
    """The same file comes again as the same object, whatever it is inside."""
    assert file_of("text/csv", 100) is file_of("text/csv", 100)
    name, content, content_type = file_of("application/pdf", 1024)
    assert (name, content_type, content[:5]) == ("sample.pdf", "application/pdf", b"%PDF-")
    assert file_of("text/csv", text="a,b\n")[1] == b"a,b\n"
    assert Body({"file": file_of("text/csv", 100)}).sample(Random(1))["file"][0] == "sample.csv"


LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False)
    | st.text(st.characters(), max_size=8) | st.sampled_from(["%b", "%%", "%", '"', "\\"])
)  # fmt: skip
VARYING = LEAVES.map(lambda value: AtSending(lambda: value)) | st.lists(
    LEAVES, min_size=1, max_size=3
).map(lambda values: any_of(*values))
TEMPLATES = st.recursive(
    LEAVES | VARYING,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


@given(TEMPLATES, st.integers(0, 9))
def test_json_that_is_written_at_import_is_what_would_be_sent(template: Any, seed: int) -> None:
    """The bytes, the headers and the random numbers used are those of a body made at sending."""
    body, one, other = Body(template), Random(seed), Random(seed)
    assume(not isinstance(template, AtSending) or template.make() is not None)  # none ever is
    theirs = request_body(None, body.sample(one))
    ours = request_body(None, body.json(other))
    assert (ours.headers, one.random()) == (theirs.headers, other.random())
    assert ours.content == theirs.content or any_odd(theirs.content)
    assert json.loads(ours.content or b"0") == json.loads(theirs.content or b"0")


def any_odd(content: Any) -> bool:
    """Whether orjson refuses what a body holds, so that Python's own writer spaces all of it."""
    try:
        return orjson.dumps(json.loads(content)) != content
    except TypeError:
        return True


def test_what_is_no_json_is_made_at_sending() -> None:
    """Files, and no body at all: what `new` gives."""
    upload = Body({"file": file_of("text/csv", 100), "id": unique("a")})
    assert upload.json(Random(1))["file"][0] == "sample.csv"
    perhaps = Body(any_of(None, {"a": 1}))
    assert [perhaps.json(Random(seed)) for seed in range(9)] == [
        perhaps.sample(Random(seed)) for seed in range(9)
    ]


def test_stamps_of_json_differ() -> None:
    """Those of one request, and those of two."""
    body = Body([unique("é"), {"deep": [unique_number(), unique("%b")]}])
    sent = [json.loads(body.json(Random(1)).content) for _ in range(2)]
    assert len({text for one in sent for text in (one[0], *one[1]["deep"])}) == 6
    assert sent[0][0].startswith("é-")
    assert sent[0][1]["deep"][1].startswith("%b-")
