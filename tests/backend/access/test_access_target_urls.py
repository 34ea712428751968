"""Base URLs of targets: nobody after us reads another host in them."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from urllib3.util import parse_url

from backend.access.target_urls import read_target_url
from backend.problems import Problem


@pytest.mark.parametrize(
    ("url", "usual"),
    [
        ("http://localhost:8001", "http://localhost:8001"),
        ("HTTP://LocalHost:8001/", "http://localhost:8001"),
        ("http://localhost:80/v1/", "http://localhost/v1"),
        ("https://api.example.com.:443", "https://api.example.com"),
        ("http://[::1]:8001/a", "http://[::1]:8001/a"),
        ("http://127.0.0.1.:8001", "http://127.0.0.1:8001"),
        ("http://[0:0:0:0:0:0:0:1]", "http://[::1]"),
        ("http://bücher.example", "http://xn--bcher-kva.example"),
        ("http://api_1.example/a%20b", "http://api_1.example/a%20b"),
    ],
)
def test_the_usual_form(url: str, usual: str) -> None:
    """One form for each target: lower case, no usual port, no final slash, ASCII."""
    assert str(read_target_url(url)) == usual


WRONG = [
    *("", "localhost:8001", "//localhost", "ftp://localhost", "file:///etc/passwd", "http://"),
    *("http://user@localhost", "http://user:secret@localhost", "http://@localhost"),
    *("http://localhost?x=1", "http://localhost?", "http://localhost/#a", "http://localhost:0"),
    *("http://localhost:65536", "http://localhost:", "http://localhost:8o", "http://localhost:-1"),
    *("http://127.1", "http://0x7f.0.0.1", "http://0177.0.0.1", "http://2130706433"),
    *("http://0x7f000001", "http://1.2.3", "http://127.0.0.256"),
    *("http://[::1%25lo]", "http://[fe80::1%eth0]", "http://[::1", "http://::1", "http://[v1.a]"),
    *("http://127.0.0.1\\@evil.example", "http://evil.example\\.localhost", "http://local\thost"),
    *("http://localhost\r\nX: y", " http://localhost", "http://local host", "http://localhost/a b"),
    *("http://localhost/\x00", "http://-a.example", "http://a..b", f"http://{'a' * 64}.example"),
    *(f"http://localhost/{'a' * 3000}", "http://ⓛ@calhost", "http://localhost\x7f", "http://*.a"),
]


@pytest.mark.parametrize("url", WRONG)
def test_what_is_no_base_url(url: str) -> None:
    """It is refused with 422, and its text, which may hold a password, is not repeated."""
    with pytest.raises(Problem) as caught:
        read_target_url(url)
    assert caught.value.status == 422
    assert "secret" not in caught.value.detail + caught.value.hint


PIECES = st.sampled_from(
    [
        *("http", "https", "HTTP", ":", "//", "/", "\\", "@", "?", "#", "[", "]", "%", ".", " "),
        *("localhost", "127.0.0.1", "::1", "evil.example", "8001", "0", "\t", "\n", "。", "％"),
        *("ⓔ", "ß", "xn--", "a", "-", "_", "*", "%40", "%2e", "0x7f", "¡", "\u200b"),
    ]
)


@given(st.lists(PIECES, max_size=14).map("".join) | st.text(max_size=40).map("http://".__add__))
@example("http://127.0.0.1\\@evil.example/")
@example("http://evil.example。localhost")
def test_everybody_reads_the_same_host(url: str) -> None:
    """What is accepted means the same host and port to the libraries that send requests."""
    try:
        target = read_target_url(url)
    except Problem:
        return
    text = str(target)
    assert text.isascii()
    assert read_target_url(text) == target
    for parts in (parse_url(text), urlsplit(text)):
        assert (parts.hostname or "").strip("[]") == target.host
        assert (parts.port or {"http": 80, "https": 443}[target.scheme]) == target.port
        assert parts.scheme == target.scheme
