"""Why an operation is not verified, in words that a person can act on."""

from __future__ import annotations

from typing import Any

import pytest

from benchmark.generators.probe.cases import Case, Outcome
from benchmark.generators.probe.refusals import MAX_WORDS, in_words
from benchmark.generators.probe.requests.judging import Verdict
from benchmark.models import Recipe
from tests.benchmark.generators.probe.probe_cases import case_of, outcome, reply
from tests.benchmark.generators.small_apis import op


def refused(
    status: int, content: Any = None, content_type: str = "application/json", **headers: str
) -> Case:
    """An operation whose last answer was this one."""
    case = case_of("POST /items", {"POST /items": op(body={})})
    case.last = outcome(case, reply(status, content, content_type, **headers))
    return case


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (refused(422, {"detail": [{"msg": "Field required"}, {"message": "too long"}]}),
         "the server says 422"),
        (refused(400, {"error": {"message": "no colour"}}), "the server says 400: no colour"),
        (refused(401, {"message": "who?"}), "needs credentials: 401: who?"),
        (refused(403), "needs credentials: 403"),
        (refused(302, Location="/login?next=/"), "needs credentials: 302: redirects to a sign-in"),
        (refused(405), "not served: 405"),
        (refused(500, b"<html><b>Oops</b></html>", "text/html"), "the server says 500: Oops"),
        (refused(500, b"<header>Sorry</header><style>p { color: red }</style><p>Oops", "text/html"),
         "the server says 500: Sorry Oops"),
    ],
)  # fmt: skip
def test_the_servers_own_words_are_quoted(case: Case, words: str) -> None:
    """Status and message, without markup, wherever the framework puts the message."""
    assert in_words(case).startswith(words)


def test_a_refusal_in_spite_of_credentials_is_no_lack_of_them() -> None:
    """Where other operations let us in, 403 is about what was asked for; 401 never is."""
    assert in_words(refused(403), lets_in=True).startswith("not permitted: 403")
    assert in_words(refused(401), lets_in=True).startswith("needs credentials: 401")


def test_long_messages_are_cut() -> None:
    """A page of text is no reason; its beginning is."""
    said = in_words(refused(400, {"error": "x" * 5000}))
    assert len(said) < MAX_WORDS + 40
    assert said.endswith("…")


def test_what_was_never_sent_says_why() -> None:
    """No budget, no thing to call it with, no answer: each is said."""
    case = refused(400)
    case.last = None
    assert "budget" in in_words(case)
    case.last = Outcome(Verdict("silent"), lacking="project")
    assert in_words(case) == "no project could be made or found"
    case.last = Outcome(Verdict("silent", "no answer within 10 s"))
    assert in_words(case) == "no answer within 10 s"


def test_what_worked_once_says_so() -> None:
    """An operation that failed the second time is told from one that never worked."""
    case = refused(409, {"detail": "busy"})
    case.status, case.recipe = "worked", Recipe()
    assert in_words(case) == "succeeded once, then the server says 409: busy"


def test_a_good_answer_is_not_quoted_as_a_refusal() -> None:
    """What worked but stays out says why; the data of the answer are nobody's business."""
    case = refused(200, {"token": "what the server knows"})
    case.last = outcome(case, reply(200, {"token": "secret"}), Verdict("success"))
    case.reason = "no item can be had for certain"
    assert in_words(case) == "no item can be had for certain"
