"""The door for requests: where it goes, what it takes along, and how it ends."""

from __future__ import annotations

import gzip
import shutil
import socket
import ssl
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmark.errors import UsageError
from benchmark.generators.transport import Reply, Transport, TransportFailure
from benchmark.models import Credentials, Target
from tests.benchmark.generators.loopback_server import Answer, Asked, serve, serve_raw


def get(base_url: str, path: str = "/", **options: object) -> Reply | TransportFailure:
    """One request with a transport of its own."""
    with Transport(Target(base_url), **options) as transport:
        return transport.get(path)


def failure(outcome: Reply | TransportFailure) -> TransportFailure:
    """The outcome, which has to be a failure."""
    assert isinstance(outcome, TransportFailure)
    return outcome


def reply(outcome: Reply | TransportFailure) -> Reply:
    """The outcome, which has to be a reply."""
    assert isinstance(outcome, Reply), outcome
    return outcome


def test_a_reply_has_what_was_answered() -> None:
    """Status, headers in any case, decoded body, URL and time are there."""
    body = gzip.compress(b"hello")
    with serve({"/x": Answer(body, 418, {"Content-Encoding": "gzip", "X-Y": "z"})}) as server:
        answer = reply(get(server.url, "/x"))
    assert (answer.status, answer.text, answer.headers["x-y"]) == (418, "hello", "z")
    assert answer.content_type == "application/octet-stream"
    assert answer.url == f"{server.url}/x"
    assert answer.seconds > 0


@pytest.mark.parametrize(
    ("credentials", "header", "value"),
    [
        (Credentials(token="abc"), "Authorization", "Bearer abc"),
        (Credentials(basic="me:sécret"), "Authorization", "Basic bWU6c8OpY3JldA=="),
        (Credentials(api_key="k"), "X-API-Key", "k"),
        (Credentials(token="t", headers=(("authorization", "Own x"),)), "authorization", "Own x"),
    ],
)
def test_credentials_are_sent(credentials: Credentials, header: str, value: str) -> None:
    """Each sort of credential goes into its header; a header that the user wrote wins."""
    with serve({"/": Answer("x")}) as server:
        with Transport(Target(server.url, credentials)) as transport:
            reply(transport.get("/"))
        assert server.asked[0].headers[header] == value


@pytest.mark.parametrize(
    "credentials",
    [
        Credentials(token="a\r\nX-Evil: 1"),
        Credentials(api_key="a\nb"),
        Credentials(headers=(("X-A", "a\rb"),)),
        Credentials(headers=(("X-A: b\r\nX", "a"),)),
        Credentials(token="snow ☃"),
    ],
)
def test_header_injection_is_refused(credentials: Credentials) -> None:
    """Line breaks in credentials are a usage error, which does not repeat the secret."""
    with pytest.raises(UsageError) as caught:
        Transport(Target("http://localhost:1", credentials))
    assert not any(secret in str(caught.value) for secret in credentials.secrets() if secret != "a")


def test_unsendable_headers_of_a_request_are_a_value() -> None:
    """A header that a caller took from a document cannot split a request."""
    with serve({}) as server, Transport(Target(server.url)) as transport:
        outcome = transport.request("GET", "/", headers={"X-A": "a\r\nX-B: c"})
    assert failure(outcome).kind == "unsendable"
    assert server.asked == []


@pytest.mark.parametrize("base_url", ["localhost:8000", "ftp://x", "http://", "http://u:p@h", ""])
def test_a_base_url_that_is_none_is_refused(base_url: str) -> None:
    """What is no http address, or holds a password, is a usage error."""
    with pytest.raises(UsageError):
        Transport(Target(base_url))


@pytest.mark.parametrize("entry", ["", "http://host", "host/path", "u@host", "host:port"])
def test_an_allowed_host_that_is_none_is_refused(entry: str) -> None:
    """Only `host` and `host:port` can be allowed."""
    with pytest.raises(UsageError):
        Transport(Target("http://localhost:1", allowed_hosts=(entry,)))


def test_redirects_on_the_host_are_followed() -> None:
    """Relative and absolute redirects lead on, credentials included; each counts as a request."""
    with serve({"/a": Answer("", 302, {"Location": "b/"}), "/c": Answer("there")}) as server:
        server.routes["/b/"] = Answer("", 307, {"Location": f"{server.url}/c#part"})
        with Transport(Target(server.url, Credentials(token="t"))) as transport:
            answer = reply(transport.get("/a"))
            assert transport.requests_sent == 3
    assert (answer.text, answer.url) == ("there", f"{server.url}/c")
    assert answer.redirects == (f"{server.url}/a", f"{server.url}/b/")
    assert {asked.headers["Authorization"] for asked in server.asked} == {"Bearer t"}


def test_redirects_elsewhere_are_reported_and_not_followed() -> None:
    """Another port is another host: it hears nothing, whatever way the redirect is written."""
    with serve({}) as other, serve({}) as server:
        for location in (
            f"{other.url}/x",
            f"//127.0.0.1:{other.port}/",
            f"http://u@{other.url[7:]}",
        ):
            server.routes["/a"] = Answer("", 302, {"Location": location})
            outcome = failure(get(server.url, "/a"))
            assert outcome.kind == "redirect"
            assert str(other.port) in outcome.message
            assert str(other.port) in outcome.location
        assert other.asked == []


@pytest.mark.parametrize("form", ["127.0.0.1", "127.0.0.1:{port}"])
def test_redirects_to_allowed_hosts_are_followed(form: str) -> None:
    """A host that the user allowed is reached, with every port or with the one named."""
    with serve({"/x": Answer("there")}) as other, serve({}) as server:
        server.routes["/a"] = Answer("", 302, {"Location": f"{other.url}/x"})
        target = Target(server.url, allowed_hosts=(form.format(port=other.port),))
        with Transport(target) as transport:
            assert reply(transport.get("/a")).text == "there"


@pytest.mark.parametrize("location", ["/a", "http://[", "javascript:alert(1)"])
def test_redirects_that_lead_nowhere_end(location: str) -> None:
    """A loop ends after a few steps; what is no URL is reported."""
    with serve({"/a": Answer("", 301, {"Location": location})}) as server:
        outcome = failure(get(server.url, "/a"))
    assert outcome.kind == "redirect"
    assert len(server.asked) <= 6


def test_a_post_that_is_seen_other_becomes_a_get() -> None:
    """After 303 the body is not sent again; after 307 it is."""
    with serve({"/b": Answer("x")}) as server, Transport(Target(server.url)) as transport:
        for status, method, body in ((303, "GET", b""), (307, "POST", b"hi")):
            server.routes["/a"] = Answer("", status, {"Location": "/b"})
            reply(transport.request("POST", "/a", body=b"hi", headers={"Content-Type": "a/b"}))
            assert (server.asked[-1].method, server.asked[-1].body) == (method, body)


def test_a_redirect_can_be_the_reply() -> None:
    """Where redirects are not to be followed, they are answers like any other."""
    with (
        serve({"/a": Answer("", 302, {"Location": "http://example.invalid/"})}) as server,
        Transport(Target(server.url)) as transport,
    ):
        outcome = transport.request("GET", "/a", follow_redirects=False)
    assert reply(outcome).status == 302


def test_hosts_that_are_not_allowed_are_never_asked() -> None:
    """A URL on another host, however it is disguised, stays unasked."""
    with serve({}) as other, serve({}) as server, Transport(Target(server.url)) as transport:
        for url in (
            f"{other.url}/x",
            f"//127.0.0.1:{other.port}/x",
            f"http://127.0.0.1:{server.port}@127.0.0.1:{other.port}/",
            f"http://localhost:{server.port}/",
            "file:///etc/passwd",
        ):
            assert failure(transport.get(url)).kind in ("not allowed", "unsendable")
        assert other.asked == []
        assert server.asked == []


def test_user_information_of_urls_is_not_sent() -> None:
    """A name and a password inside a link of a document reach nobody."""
    with serve({"/x": Answer("x")}) as server, Transport(Target(server.url)) as transport:
        reply(transport.get(f"http://me:pw@127.0.0.1:{server.port}/x"))
        assert "Authorization" not in server.asked[0].headers


def test_localhost_works_with_either_address() -> None:
    """A server that listens at 127.0.0.1 or at ::1 only is found under the name localhost."""
    addresses = ["127.0.0.1"]
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        addresses.append("::1")
    except OSError:
        pass  # a machine without IPv6 shows the half that it has
    for address in addresses:
        with serve({"/": Answer("here")}, address=address) as server:
            assert reply(get(f"http://localhost:{server.port}")).text == "here"
            assert server.asked[0].headers["Host"] == f"localhost:{server.port}"


def test_a_name_is_resolved_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads elsewhere the second time still means the first address."""
    answers = iter(["127.0.0.1"])

    def look_up(host: str, port: int, **_: object) -> list[object]:
        assert host == "rebinding.test"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    with serve({"/": Answer("here", headers={"Connection": "close"})}) as server:
        real = socket.getaddrinfo
        monkeypatch.setattr(
            socket,
            "getaddrinfo",
            lambda host, *args, **kw: (
                look_up(host, args[0]) if "test" in str(host) else real(host, *args, **kw)
            ),
        )
        with Transport(Target(f"http://rebinding.test:{server.port}")) as transport:
            for _ in range(3):
                assert reply(transport.get("/")).text == "here"
        assert server.asked[0].headers["Host"] == f"rebinding.test:{server.port}"


def test_refused_connections_are_named() -> None:
    """A closed port is said to refuse the connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    outcome = failure(get(f"http://127.0.0.1:{port}"))
    assert (outcome.kind, outcome.message) == (
        "refused",
        f"127.0.0.1:{port} refuses the connection",
    )


def test_unknown_names_are_named() -> None:
    """A host name that does not exist is said to have no address."""
    assert failure(get("http://no-such-host.invalid")).kind == "unresolved"


def test_what_is_no_http_is_named() -> None:
    """A server of another protocol is told apart from one that hangs up."""

    def greet(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b"220 mail ready\r\n")
        over.wait(5)

    def hang_up(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(10_000)

    with serve_raw(greet) as url:
        assert failure(get(url)).kind == "not http"
    with serve_raw(hang_up) as url:
        assert failure(get(url)).kind == "closed"


def test_answers_that_break_off_are_no_answers() -> None:
    """Fewer bytes than announced are not taken for the whole."""

    def talk(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(10_000)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")

    with serve_raw(talk) as url:
        assert failure(get(url)).kind == "closed"


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_slow_servers_end_with_the_time_limit(start: bytes) -> None:
    """Silence, headers byte by byte and a body byte by byte all end in time."""

    def drip(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(10_000)
        connection.sendall(start)
        while not over.wait(0.05):
            connection.sendall(b"a" if start else b"")

    with serve_raw(drip) as url:
        outcome = failure(get(url, timeout=0.4))
    assert outcome.kind == "timeout"
    assert "0.4 s" in outcome.message


def test_huge_answers_are_cut_off() -> None:
    """Announced, unannounced and compressed size all count; exactly the limit passes."""

    def endless(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(10_000)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while not over.is_set():
            connection.sendall(b"x" * 10_000)

    bomb = Answer(gzip.compress(b"\0" * 5_000_000), 200, {"Content-Encoding": "gzip"})
    with serve(
        {"/big": Answer(b"x" * 1001), "/bomb": bomb, "/fits": Answer(b"x" * 1000)}
    ) as server:
        assert failure(get(server.url, "/big", max_bytes=1000)).kind == "too large"
        assert failure(get(server.url, "/bomb", max_bytes=1000)).kind == "too large"
        assert len(reply(get(server.url, "/fits", max_bytes=1000)).body) == 1000
    with serve_raw(endless) as url:
        assert failure(get(url, max_bytes=100_000)).kind == "too large"


def test_the_environment_adds_nothing_on_loopback(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Proxies do not see loopback requests, and passwords of .netrc are not sent."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine localhost login me password pw\ndefault login me password pw\n")
    netrc.chmod(0o600)
    with serve({}) as proxy, serve({"/": Answer("direct")}) as server:
        monkeypatch.setenv("NETRC", str(netrc))
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert reply(get(f"http://localhost:{server.port}")).text == "direct"
        assert "Authorization" not in server.asked[0].headers
        assert proxy.asked == []


def test_proxies_serve_what_is_not_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere the environment's proxy is used, even for names that only it knows."""
    with serve({}, Answer("by proxy")) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "")
        assert reply(get("http://inside.invalid/")).text == "by proxy"
        assert proxy.asked[0].path == "http://inside.invalid/"


def test_threads_share_a_transport() -> None:
    """Many threads get their own answers, and every request is counted."""
    with (
        serve({}, lambda asked: Answer(asked.path.encode())) as server,
        Transport(Target(server.url)) as transport,
        ThreadPoolExecutor(8) as pool,
    ):
        paths = [f"/{number}" for number in range(100)]
        answers = list(pool.map(transport.get, paths))
        assert [reply(answer).text for answer in answers] == paths
        assert transport.requests_sent == 100


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_tls_is_verified_unless_switched_off(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An unknown certificate is refused; its own bundle, or --insecure, lets it pass by name."""
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        [
            *(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
            ),
            *("-nodes", "-keyout", str(key), "-out", str(certificate), "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    with serve({"/": Answer("secret")}, tls=context) as server, serve({}) as plain:
        url = f"https://localhost:{server.port}"
        distrusted = failure(get(url))
        assert distrusted.kind == "tls"
        assert "not trusted" in distrusted.message
        with Transport(Target(url, verify_tls=False)) as transport:
            assert reply(transport.get("/")).text == "secret"
        assert failure(get(f"https://localhost:{plain.port}")).kind == "tls"
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        assert reply(get(url)).text == "secret"
        # The certificate is for the name, not for the address.
        assert failure(get(f"https://127.0.0.1:{server.port}")).kind == "tls"
        # From http to https of the same name is allowed; the way back is not.
        plain.routes["/up"] = Answer("", 301, {"Location": url + "/"})
        server.routes["/down"] = Answer("", 301, {"Location": f"http://localhost:{plain.port}/"})
        with Transport(Target(f"http://localhost:{plain.port}")) as transport:
            assert reply(transport.get("/up")).text == "secret"
        target = Target(url, allowed_hosts=("localhost",))
        with Transport(target) as transport:
            assert failure(transport.get("/down")).kind == "redirect"


def test_asked_is_recorded_with_its_method() -> None:
    """The general form sends the method and the body that it was given."""
    with serve({}, lambda asked: Answer(asked.body)) as server:
        with Transport(Target(server.url)) as transport:
            assert reply(transport.request("PUT", "/a", body=b"1")).text == "1"
        last: Asked = server.asked[-1]
        assert (last.method, last.path) == ("PUT", "/a")


def test_a_stream_without_end_is_cut_off() -> None:
    """A 2xx answer of unknown length is listened to as long as asked; what came is the answer."""

    def stream(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n")
        over.wait()

    with serve_raw(stream) as url, Transport(Target(url)) as transport:
        answer = reply(transport.request("GET", "/events", stream_seconds=0.3))
    assert (answer.body, answer.is_whole) == (b"data: 1\n\n", False)


def test_an_answer_that_ends_in_time_is_whole() -> None:
    """Reading for a limited time does not make an ordinary answer a stream."""
    with serve({"/": Answer({"id": 1})}) as server, Transport(Target(server.url)) as transport:
        answer = reply(transport.request("GET", "/", stream_seconds=0.3))
    assert answer.is_whole
    assert answer.body == b'{"id": 1}'
