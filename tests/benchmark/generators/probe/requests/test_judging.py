"""What an answer means: a success, one in doubt, or which kind of refusal."""

from __future__ import annotations

import pytest

from benchmark.generators.probe.requests.judging import (
    CatchAll,
    answer_value,
    expected_answer,
    judge_reply,
)
from tests.benchmark.generators.probe.probe_cases import case_of, reply
from tests.benchmark.generators.small_apis import ITEM, op

READ = case_of("GET /items", {"GET /items": op(answer=ITEM)}).operation
PAGE = b"<html><body>" + b"x" * 400 + b"</body></html>"


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (200, "success"), (204, "success"), (304, "redirect"), (400, "refused"), (401, "denied"),
        (403, "denied"), (404, "missing"), (405, "absent"), (409, "conflict"), (410, "missing"),
        (412, "conflict"), (415, "refused"), (422, "refused"), (428, "conflict"),
        (429, "throttled"), (500, "broken"), (501, "absent"), (503, "broken"),
    ],
)  # fmt: skip
def test_a_status_has_its_meaning(status: int, name: str) -> None:
    """Each status that the probe draws other conclusions from has a verdict of its own."""
    assert judge_reply(reply(status), READ, None).name == name


@pytest.mark.parametrize(
    "content",
    [
        {"success": False, "message": "no"},
        {"errors": [{"message": "no"}]},
        {"status": "error", "message": "no"},
    ],
)
def test_an_error_in_disguise_is_in_doubt(content: object) -> None:
    """A 2xx whose body speaks of an error is no success, and the reason says which error."""
    verdict = judge_reply(reply(200, content), READ, None)
    assert (verdict.name, verdict.is_good) == ("doubt", False)
    assert "no" in verdict.reason


def test_data_that_have_an_error_member_are_data() -> None:
    """A job that tells of the error that it met is a success."""
    job = {"id": 3, "state": "failed", "error": "out of paper"}
    assert judge_reply(reply(200, job), READ, None).name == "success"


def test_the_page_for_unknown_paths_is_in_doubt() -> None:
    """What any path answers is no proof; another page of that length is not taken for it."""
    catch_all = CatchAll(200, "text/html", PAGE)
    plain = case_of("GET /home", {"GET /home": op()}).operation
    assert judge_reply(reply(200, PAGE, "text/html"), plain, catch_all).name == "doubt"
    other = b"<html><head><title>Shop</title></head>" + PAGE[38:]
    assert judge_reply(reply(200, other, "text/html"), plain, catch_all).name == "success"
    assert judge_reply(reply(200, {"id": 1}), READ, catch_all).name == "success"


def test_html_where_data_are_documented_is_in_doubt() -> None:
    """A page instead of the documented JSON is in doubt; where nothing is documented it is fine."""
    assert judge_reply(reply(200, PAGE, "text/html"), READ, None).name == "doubt"
    plain = case_of("GET /home", {"GET /home": op()}).operation
    assert judge_reply(reply(200, PAGE, "text/html"), plain, None).name == "success"


@pytest.mark.parametrize("place", ["/login?next=/", "https://sso.example.com/x", "/users/sign_in"])
def test_a_redirect_to_a_sign_in_is_a_denial(place: str) -> None:
    """Who is sent to a login page was not let in."""
    assert judge_reply(reply(302, Location=place), READ, None).name == "denied"
    assert judge_reply(reply(302, Location="/items/7"), READ, None).is_good


def test_what_the_load_expects_follows_what_was_answered() -> None:
    """Data, no content and bare values are data; a picture is anything; a 3xx is a redirect."""
    assert expected_answer(reply(200, {"id": 1})) == "data"
    assert expected_answer(reply(204)) == "data"
    assert expected_answer(reply(200, b"\x89PNG", "image/png")) == "anything"
    assert expected_answer(reply(302, Location="/a")) == "redirect"


def test_what_is_no_json_has_no_value() -> None:
    """Broken and endless JSON is None, never an error."""
    assert answer_value(reply(200, b"{", "text/plain")) is None
    assert answer_value(reply(200, b"[" * 100_000, "text/plain")) is None
    assert answer_value(reply(200, [1])) == [1]
