"""What is kept of failed answers: their first words, and no secrets."""

from __future__ import annotations

from typing import Any

import pytest

from benchmark.engine.http_client import Headers
from benchmark.engine.recording.recorder import Recorder
from benchmark.engine.recording.samples import MAX_SAMPLE, MAX_SAMPLES, failed_answer
from benchmark.engine.secrets import known_secrets, remember_secrets


class Sent:
    """The request of an answer."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self.url, self.headers = url, Headers(headers.items())


class Answer:
    """An answer, as far as a sample looks at it."""

    def __init__(
        self, body: Any, media_type: str = "application/json", url: str = "", **headers: str
    ) -> None:
        self.status_code = 503
        self.received = body
        self.headers = Headers([("Content-Type", media_type)])
        self.request = Sent(url, {name.replace("_", "-"): value for name, value in headers.items()})


def sample(*arguments: Any, **more: Any) -> str:
    """The sample of an answer."""
    kept = failed_answer(Answer(*arguments, **more))
    return kept.sample() if kept is not None else ""


@pytest.mark.parametrize(
    ("body", "media_type", "text"),
    [
        (b'{"detail":\n "no stock"}', "application/json", '{"detail": "no stock"}'),
        (b"", "text/plain", ""),
        (None, "text/plain", ""),
        ("text", "text/plain", ""),
        (
            b"<!doctype html><html><style>p{}</style><body><h1>Bad &amp; ugly</h1><script>x",
            "text/html",
            "Bad & ugly",
        ),
        ("Grüße".encode("latin-1"), "text/plain; charset=latin-1", "Grüße"),
        ("Grüße".encode("utf-16"), "text/plain; charset=utf-16", "Grüße"),
        (b"plain", "text/plain; charset=zlib", "plain"),
        (b"plain", "text/plain; charset=nonsense", "plain"),
        (
            b"\x1f\x8b\x08\x00" + bytes(range(200)),
            "application/gzip",
            "(204 bytes of application/gzip)",
        ),
        (bytes(5000), "", "(5,000 bytes of unknown type)"),
        (b"\x1b[31mred\x1b[0m\x00\r\n\xe2\x80\xaeend", "text/plain", "red end"),
        (b"ok \xed\xa0\x80 half a character", "text/plain", None),
    ],
)
def test_a_sample_is_one_line_of_text(body: Any, media_type: str, text: str | None) -> None:
    """Whatever the body is: decoded, without markup of a page, control characters or binary."""
    found = sample(body, media_type)
    assert found == (text if text is not None else found)
    assert found.isprintable()
    found.encode("utf-8")


def test_a_huge_body_costs_no_more_than_its_beginning() -> None:
    """Only a piece of it is kept, and a sample is short."""
    kept = failed_answer(Answer(b"x" * 50_000_000))
    assert kept is not None
    assert len(kept.body) <= 16_000
    assert len(kept.sample()) == MAX_SAMPLE


def test_bodies_that_were_not_read_stay_unread() -> None:
    """A stream is the user's; clients keep what they have read under their own names."""

    class Streamed:
        status_code = 500

        @property
        def content(self) -> bytes:
            raise AssertionError("read")

    assert failed_answer(Streamed()) is None
    requests_like = type("Reply", (), {"_content": b"words", "headers": {}})()
    kept = failed_answer(requests_like)
    assert kept is not None
    assert kept.sample() == "words"


def test_credentials_of_the_run_are_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    """As they are, in JSON, in URLs and in base64."""
    monkeypatch.setenv("BENCHMARK_BASIC", "ann:pass word")
    monkeypatch.setenv("BENCHMARK_HEADER", "X-Key: line-one\nX-Other: line-two")
    assert (
        sample(b"pass word, pass%20word, line-one, line-two", "text/plain") == "***, ***, ***, ***"
    )
    assert "pass" not in sample(b"YW5uOnBhc3Mgd29yZA==", "text/plain")


def test_what_the_request_carried_is_masked() -> None:
    """Servers that show debug pages say it back."""
    text = sample(
        b"got tok-123456 and sid-9876 and csrf-4321 and key-5555",
        "text/plain",
        url="http://x/a?api_key=key-5555&page=7",
        Authorization="Bearer tok-123456",
        Cookie="sid=sid-9876; theme=dark",
        X_CSRF_Token="csrf-4321",
    )
    assert text == "got *** and *** and *** and ***"


def test_what_a_sign_in_gave_is_masked() -> None:
    """Also where another request's answer shows it; only the latest are remembered."""
    remember_secrets(["given-by-login", "", "abc", 5])
    assert "given-by-login" in known_secrets()
    assert sample(b"session given-by-login", "text/plain") == "session ***"
    remember_secrets(f"token-{number}" for number in range(60))
    assert "given-by-login" not in known_secrets()
    assert "token-59" in known_secrets()


def test_what_calls_itself_a_secret_is_masked() -> None:
    """Nobody told us these: a login that was answered wrongly shows a new token."""
    assert sample(b'{"access_token": "abc123def", "user": "ann"}') == (
        '{"access_token": "***", "user": "ann"}'
    )


class Events:
    """The events that a recorder listens to."""

    class request:
        """Takes listeners and fires nothing."""

        add_listener = remove_listener = staticmethod(lambda _: None)


def recorded(*requests: tuple[str, Any, str | None]) -> list[dict[str, Any]]:
    """The errors of the operations that a recorder counted, of names, answers and failures."""
    recorder = Recorder(Events)
    recorder.start()
    for name, answer, failure in requests:
        recorder.record("GET", name, 1.0, 10, response=answer, exception=failure)
    return [error for operation in recorder.take()["operations"] for error in operation["errors"]]


def test_the_first_answer_of_each_sort_is_the_sample() -> None:
    """A sort is an operation, a message and a status."""
    other = Answer(b"third")
    other.status_code = 500
    assert recorded(
        ("/a", Answer(b"first"), "odd"), ("/a", Answer(b"second"), "odd"), ("/a", other, "odd"),
        ("/b", Answer(b"fourth"), "odd"), ("/b", None, "refused"), ("/c", Answer(b"fine"), None),
    ) == [
        {"message": "odd", "status": 503, "count": 2, "sample": "first"},
        {"message": "odd", "status": 500, "count": 1, "sample": "third"},
        {"message": "odd", "status": 503, "count": 1, "sample": "fourth"},
        {"message": "refused", "status": 0, "count": 1},
    ]  # fmt: skip


def test_samples_are_taken_once_in_a_test_and_are_bounded() -> None:
    """Later seconds have counts alone; a locustfile with endless messages has so many samples."""
    recorder = Recorder(Events)
    recorder.start()
    for _ in range(2):
        recorder.record("GET", "/a", 1.0, 10, response=Answer(b"words"), exception="odd")
        (operation,) = recorder.take()["operations"]
    assert operation["errors"] == [{"message": "odd", "status": 503, "count": 1}]
    errors = recorded(*((f"/{n}", Answer(b"words"), "odd") for n in range(MAX_SAMPLES + 50)))
    assert sum("sample" in error for error in errors) == MAX_SAMPLES
