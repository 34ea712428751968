"""Whoever watches a run gets its events in order, none twice, and the end when it is final."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from backend.runs import Event, events
from backend.runs.events import RunState, States, follow

RUNNING = RunState("running", "", is_final=False)
DONE = RunState("completed", "", is_final=True)


def write(path: Path, *ids: int, name: str = "stage") -> None:
    """Append events with these ids."""
    with path.open("a", encoding="utf-8") as file:
        for number in ids:
            line = {"id": number, "event": name, "data": {"text": f"stage {number}"}}
            file.write(json.dumps(line) + "\n")


async def taken(stream: AsyncIterator[Event], most: int = 1000) -> list[Event]:
    """The events of a stream until it ends, or so many."""
    found: list[Event] = []
    async for event in stream:
        found.append(event)
        if len(found) == most:
            break
    return found


def watched(path: Path, after: int = 0, state: RunState | None = DONE) -> list[Event]:
    """What a reader of a run in that state gets."""
    return asyncio.run(taken(follow(path, after, lambda: state, lambda: False)))


def test_a_final_run_is_told_whole_and_ends(tmp_path: Path) -> None:
    """Its end says what the database says, under the number that the supervisor gave it."""
    path = tmp_path / "events.jsonl"
    write(path, 1, 2)
    write(path, 3, name="end")
    found = watched(path, state=RunState("stopped", "stopped on request", is_final=True))
    assert [(each.id, each.name) for each in found] == [(1, "stage"), (2, "stage"), (3, "end")]
    assert found[-1].data == {"status": "stopped", "reason": "stopped on request"}


def test_a_reader_resumes_behind_an_event(tmp_path: Path) -> None:
    """Nothing is told twice; one who has had the end gets nothing."""
    path = tmp_path / "events.jsonl"
    write(path, 1, 2, 3)
    write(path, 4, name="end")
    assert [each.id for each in watched(path, after=2)] == [3, 4]
    assert [each.id for each in watched(path, after=3)] == [4]
    assert watched(path, after=4) == []


def test_who_does_not_wait_gets_what_there_is(tmp_path: Path) -> None:
    """Of a run that goes on, its events so far and no end; of a final one all, as ever."""

    def so_far(state: RunState) -> list[str]:
        stream = follow(path, 0, lambda: state, lambda: False, waits=False)
        return [each.name for each in asyncio.run(taken(stream))]

    path = tmp_path / "events.jsonl"
    assert so_far(RUNNING) == []
    write(path, 1, 2)
    assert so_far(RUNNING) == ["stage", "stage"]
    assert so_far(DONE) == ["stage", "stage", "end"]


def test_a_run_that_was_killed_ends_as_well(tmp_path: Path) -> None:
    """Nobody wrote its end: it has the next number. Without a file its end is all there is."""
    path = tmp_path / "events.jsonl"
    assert [(each.id, each.name) for each in watched(path)] == [(1, "end")]
    assert [(each.id, each.name) for each in watched(path, after=57)] == [(58, "end")]
    write(path, 1, 2)
    assert [(each.id, each.name) for each in watched(path)] == [
        (1, "stage"), (2, "stage"), (3, "end"),
    ]  # fmt: skip


def test_damaged_lines_are_left_out(tmp_path: Path) -> None:
    """A line that was cut short when the disk was full does not stop those behind it."""
    path = tmp_path / "events.jsonl"
    write(path, 1)
    with path.open("ab") as file:
        file.write(b'{"id": 2, "ev\n[]\n\xff\xfe\n{"id": 9, "event": "other", "data": {}}\n')
    write(path, 3)
    assert [each.id for each in watched(path)] == [1, 3, 4]


def test_a_run_that_is_not_there_ends_at_once(tmp_path: Path) -> None:
    """A test that was deleted meanwhile."""
    assert watched(tmp_path / "events.jsonl", state=None) == []


def test_events_come_while_they_are_written_and_the_end_waits_for_the_database(
    tmp_path: Path,
) -> None:
    """The supervisor's own end does not count before the result can be read."""
    path = tmp_path / "events.jsonl"
    state = [RUNNING]

    async def story() -> list[str]:
        stream = follow(path, 0, lambda: state[0], lambda: False)
        seen = []
        write(path, 1)
        seen.append((await anext(stream)).name)
        write(path, 2, name="progress")
        seen.append((await anext(stream)).name)
        write(path, 3, name="end")
        last = asyncio.ensure_future(anext(stream))
        done, _ = await asyncio.wait({last}, timeout=1.0)
        assert not done
        state[0] = DONE
        seen.append((await last).name)
        seen.extend(each.name for each in await taken(stream))
        return seen

    assert asyncio.run(story()) == ["stage", "progress", "end"]


def test_a_line_that_is_half_written_waits_for_its_rest(tmp_path: Path) -> None:
    """A reader may look at any moment."""
    path = tmp_path / "events.jsonl"
    file = events.EventFile(path)
    line = json.dumps({"id": 1, "event": "stage", "data": {"text": "x"}})
    path.write_text(line[:10], encoding="utf-8")
    assert file.new() == ()
    path.write_text(line + "\n", encoding="utf-8")
    assert [each.id for each in file.new()] == [1]
    assert file.new() == ()


def test_silence_is_kept_alive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxies close connections on which nothing comes."""
    monkeypatch.setattr(events, "KEEP_ALIVE_SECONDS", 0.1)
    stream = follow(tmp_path / "events.jsonl", 0, lambda: RUNNING, lambda: False)
    found = asyncio.run(taken(stream, 2))
    assert [each.as_text() for each in found] == [": keep-alive\n\n"] * 2


def test_a_stream_ends_with_the_service_and_after_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an `end`: its reader begins another one."""
    path = tmp_path / "events.jsonl"
    write(path, 1)
    closing = threading.Event()

    async def story() -> list[Event]:
        stream = follow(path, 0, lambda: RUNNING, closing.is_set)
        first = await anext(stream)
        closing.set()
        return [first, *await taken(stream)]

    assert [each.id for each in asyncio.run(story())] == [1]
    monkeypatch.setattr(events, "MAX_STREAM_SECONDS", 0.0)
    assert watched(path, state=RUNNING) == []


def test_a_database_that_is_away_ends_no_stream(tmp_path: Path) -> None:
    """It may be back the next time."""
    answers: list[Any] = [OSError("away"), DONE]

    def state() -> RunState:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    found = asyncio.run(taken(follow(tmp_path / "e", 0, state, lambda: False)))
    assert [each.name for each in found] == ["end"]


def test_many_readers_cost_the_database_little() -> None:
    """A hundred who ask within half a second cost one query for each run."""
    asked: list[str] = []

    def read(run_id: str) -> RunState:
        asked.append(run_id)
        return RUNNING

    states = States(read)
    for _ in range(50):
        assert states.get("a") is RUNNING
        assert states.get("b") is RUNNING
    assert len(asked) <= 6


def test_an_event_is_sent_as_the_standard_says() -> None:
    """Three fields and an empty line; line breaks in texts do not break it."""
    event = Event(7, "stage", {"text": "a\nb"})
    assert event.as_text() == 'id: 7\nevent: stage\ndata: {"text": "a\\nb"}\n\n'
