"""Proofs of ownership: what proves it, for whom, until when, and where it is looked for."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import dns.message
import dns.resolver
import dns.rrset
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from backend.access import Caller, check_target, proof_for
from backend.access import proof_places as places
from backend.access import targets as checking
from backend.access.ownership import VALID_DAYS, ownership_proof, proves
from backend.access.proving import hint_of_proof, proved_addresses
from backend.access.target_urls import read_target_url
from backend.problems import Problem
from tests.backend.access.guarded import some_settings

KEY = b"k" * 32
EMAIL, HOST = "ann@example.com", "api.example.com"
TODAY = date(2026, 11, 22)
LOOPBACK = (ip_address("127.0.0.1"),)


# ── the proof ─────────────────────────────────────────────────────────────────────────────────


def test_what_was_shown_proves() -> None:
    """From the day on which it was shown until the last, with white space around it."""
    proof = ownership_proof("Ann@Example.com", "API.example.com", KEY, today=TODAY)
    assert proof.last_day == TODAY + timedelta(days=VALID_DAYS)
    for days in (0, 1, VALID_DAYS):
        then = TODAY + timedelta(days=days)
        assert proves(f"  {proof.line}\r\n", EMAIL, HOST, KEY, today=then)
    assert not proves(proof.line, EMAIL, HOST, KEY, today=proof.last_day + timedelta(days=1))


def test_it_proves_nothing_else() -> None:
    """Not for another user, host or key, nor with another day."""
    line = ownership_proof(EMAIL, HOST, KEY, today=TODAY).line
    assert not proves(line, "bob@example.com", HOST, KEY, today=TODAY)
    assert not proves(line, EMAIL, "example.com", KEY, today=TODAY)
    assert not proves(line, EMAIL, HOST, b"x" * 32, today=TODAY)
    later = ownership_proof(EMAIL, HOST, KEY, today=TODAY + timedelta(days=1)).line
    mixed = later.partition(".")[0] + "." + line.partition(".")[2]
    assert not proves(mixed, EMAIL, HOST, KEY, today=TODAY)
    assert not proves(later, EMAIL, HOST, KEY, today=TODAY), "longer than any that was shown"


@pytest.mark.parametrize(
    "text",
    [
        *("", "stress-api-proof", "x" * 10_000, "٣" * 8),
        *(f"stress-api-proof=20269999.{'0' * 64}", f"stress-api-proof=20270101.{'g' * 64}"),
    ],
)
def test_what_is_no_proof(text: str) -> None:
    """Whatever stands there."""
    assert not proves(text, EMAIL, HOST, KEY, today=TODAY)


def test_the_path_does_not_tell_the_line() -> None:
    """A server that repeats the path in its answers proves nothing, and each user has a file."""
    proof = ownership_proof(EMAIL, HOST, KEY)
    other = ownership_proof("bob@example.com", HOST, KEY)
    assert proof.path.startswith("/.well-known/stress-api-")
    assert proof.path != other.path
    assert proof.path.rpartition("-")[2] not in proof.line
    assert proof.record_name == f"_stress-api.{HOST}"


def test_the_proof_for_a_route(tmp_path: Path) -> None:
    """It is made with the service's key, the same in all its processes; 422 for what is no host."""
    settings = some_settings(tmp_path)
    proof = proof_for(EMAIL, "API.example.com.", settings)
    assert proof == proof_for(EMAIL, HOST, settings)
    assert (
        proof.line != proof_for(EMAIL, HOST, some_settings(tmp_path, key_file=tmp_path / "b")).line
    )
    with pytest.raises(Problem) as caught:
        proof_for(EMAIL, "no host", settings)
    assert caught.value.status == 422


# ── the file ──────────────────────────────────────────────────────────────────────────────────

Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def answering(answer: Answer, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """The port of a server on 127.0.0.1 whose GET is `answer`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            pass  # clients that leave early are wanted here

    with Server(("127.0.0.1", 0), Handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def text(body: bytes, status: int = 200, **headers: str) -> Answer:
    """An answer with this body."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)

    return answer


def proved_at(port: int, host: str = HOST, email: str = EMAIL) -> tuple[Any, ...]:
    """At which addresses of this machine the proof holds over HTTP."""
    proof = ownership_proof(email, host, KEY)
    return proved_addresses(read_target_url(f"http://{host}:{port}"), LOOPBACK, proof, KEY)


def test_a_file_of_the_target_proves() -> None:
    """It is asked for under the target's name at the checked address, at its place alone."""
    proof = ownership_proof(EMAIL, HOST, KEY)
    asked: list[tuple[str, str | None]] = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        asked.append((request.path, request.headers["Host"]))
        text(f"{proof.line}\n".encode())(request)

    with answering(answer) as port:
        assert proved_at(port) == LOOPBACK
        assert asked == [(proof.path, f"{HOST}:{port}")]
        assert proved_at(port, email="bob@example.com") == ()


@pytest.mark.parametrize("status", [201, 206, 301, 302, 307, 404, 500])
def test_other_answers_prove_nothing(status: int) -> None:
    """Redirects are not followed: whoever can redirect need not own the host."""
    line = ownership_proof(EMAIL, HOST, KEY).line.encode()
    hits: list[str] = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        hits.append(request.path)
        text(line, status, Location="/elsewhere")(request)

    with answering(answer) as port:
        assert proved_at(port) == ()
    assert len(hits) == 1


def test_long_answers_are_not_read() -> None:
    """A proof with anything else around it is none, and a stream without end is left."""
    line = ownership_proof(EMAIL, HOST, KEY).line.encode()

    def endless(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        while True:
            request.wfile.write(b" " * 1000)

    for answer in (text(line + b" " * 2000), text(b"<html>" + line), endless):
        with answering(answer) as port:
            assert proved_at(port) == ()


def test_an_answer_that_drips_is_cut() -> None:
    """The time counts in all, not from byte to byte."""
    over = threading.Event()

    def drip(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.0 200 OK\r\nX-Long: ")
        while not over.wait(0.02):
            request.wfile.write(b"a")

    with answering(drip) as port:
        try:
            found = places.file_at("http", HOST, "127.0.0.1", port, "/", seconds=0.3)
        finally:
            over.set()
    assert found == ""


def test_each_address_proves_for_itself() -> None:
    """A name that leads to one's own server and to another's allows one's own alone."""
    proof = ownership_proof(EMAIL, HOST, KEY)
    both = (ip_address("127.0.0.1"), ip_address("127.0.0.2"))
    with answering(text(proof.line.encode())) as port:
        target = read_target_url(f"http://{HOST}:{port}")
        assert proved_addresses(target, both, proof, KEY) == (both[0],)


def test_nobody_there() -> None:
    """No proof, and no error."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        assert proved_at(closed.getsockname()[1]) == ()


# ── the record ────────────────────────────────────────────────────────────────────────────────


@contextmanager
def name_service(records: dict[str, list[str]]) -> Iterator[dns.resolver.Resolver]:
    """A resolver that asks a name server on this machine, which knows these TXT records."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                question, peer = server.recvfrom(4096)
                if question == b"end":
                    return
                query = dns.message.from_wire(question)
                answer = dns.message.make_response(query)
                name = query.question[0].name
                known = records.get(str(name).rstrip("."), [])
                if known:
                    quoted = [" ".join(f'"{part}"' for part in one.split("|")) for one in known]
                    answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *quoted))
                server.sendto(answer.to_wire(), peer)

        thread = threading.Thread(target=serve)
        thread.start()
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers = ["127.0.0.1"]
        resolver.port = server.getsockname()[1]
        try:
            yield resolver
        finally:
            server.sendto(b"end", server.getsockname())
            thread.join()


def test_records_are_read() -> None:
    """Several, and long ones that were written in parts; none where there are none."""
    with name_service({f"_stress-api.{HOST}": ["other", "one|two"]}) as resolver:
        assert set(places.text_records(f"_stress-api.{HOST}", resolver=resolver)) == {
            "other",
            "onetwo",
        }
        assert places.text_records("nothing.example", resolver=resolver, seconds=2) == ()
        assert places.text_records("a..b", resolver=resolver) == ()


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's certificate for HOST, which this process trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = tmp_path / "public.pem", tmp_path / "private.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    monkeypatch.setenv("SSL_CERT_FILE", str(public))
    return context


def test_a_record_proves_where_the_certificate_is_right(certificate: ssl.SSLContext) -> None:
    """The record says whose the name is, the certificate that the address belongs to the name."""
    proof = ownership_proof(EMAIL, HOST, KEY)
    with (
        answering(text(b"", 404), certificate) as port,
        name_service({proof.record_name: ["something", proof.line]}) as resolver,
    ):
        target = read_target_url(f"https://{HOST}:{port}")
        assert proved_addresses(target, LOOPBACK, proof, KEY, resolver=resolver) == LOOPBACK
        assert places.has_certificate(HOST, "127.0.0.1", port)
        assert not places.has_certificate("www.example.com", "127.0.0.1", port)


def test_a_record_without_a_certificate_proves_nothing() -> None:
    """Anybody can let a name of theirs lead to a server of somebody else."""
    proof = ownership_proof(EMAIL, HOST, KEY)
    with (
        answering(text(b"", 404)) as port,
        name_service({proof.record_name: [proof.line]}) as resolver,
    ):
        for scheme in ("http", "https"):
            target = read_target_url(f"{scheme}://{HOST}:{port}")
            assert proved_addresses(target, LOOPBACK, proof, KEY, resolver=resolver) == ()


class NeverAsked(dns.resolver.Resolver):
    """A resolver that must not be asked."""

    def resolve(self, *_: Any, **__: Any) -> Any:
        """Fail the test."""
        raise AssertionError("the name service was asked")


@pytest.mark.parametrize("origin", ["http://api.example.com", "https://127.0.0.1"])
def test_records_are_not_looked_for_where_they_do_not_count(origin: str) -> None:
    """Without TLS, or without a name."""
    resolver = NeverAsked(configure=False)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        target = read_target_url(f"{origin}:{closed.getsockname()[1]}")
        proof = ownership_proof(EMAIL, target.host, KEY)
        assert proved_addresses(target, LOOPBACK, proof, KEY, resolver=resolver) == ()


def test_a_certificate_without_a_record_proves_nothing(certificate: ssl.SSLContext) -> None:
    """Every public server has one."""
    proof = ownership_proof(EMAIL, HOST, KEY)
    with answering(text(b"", 404), certificate) as port, name_service({}) as resolver:
        target = read_target_url(f"https://{HOST}:{port}")
        assert proved_addresses(target, LOOPBACK, proof, KEY, resolver=resolver) == ()


# ── what a start makes of it ──────────────────────────────────────────────────────────────────


def test_a_start_looks_for_the_proof(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At a public target that is not listed: 403 with what to do, or the proved addresses."""
    user = Caller(EMAIL, "user")
    settings = some_settings(tmp_path)
    url = "https://93.184.216.34/v1"
    found: list[Any] = []
    monkeypatch.setattr(checking, "proved_addresses", lambda *given: tuple(found))
    with pytest.raises(Problem) as caught:
        check_target(url, user, settings, ())
    proof = proof_for(EMAIL, "93.184.216.34", settings)
    assert caught.value.status == 403
    for part in (proof.path, proof.line, "STRESS_API_ALLOWED_TARGETS"):
        assert part in caught.value.hint
    found.append(ip_address("93.184.216.34"))
    assert check_target(url, user, settings, ()).addresses == ("93.184.216.34",)


@pytest.mark.parametrize("url", ["http://10.0.0.1", "http://127.0.0.1:8001", "http://192.168.1.1"])
def test_nothing_is_asked_of_private_targets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """A look for a proof is a request, and nobody may send one into the service's network."""

    def never(*_: Any) -> tuple[()]:
        raise AssertionError("it was asked")

    monkeypatch.setattr(checking, "proved_addresses", never)
    with pytest.raises(Problem) as caught:
        check_target(url, Caller(EMAIL, "user"), some_settings(tmp_path), ())
    assert caught.value.status == 403
    assert "well-known" not in caught.value.hint


def test_proofs_are_not_looked_for_all_the_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each look is a request to somebody's server; allowed targets need none."""
    monkeypatch.setattr(checking, "proved_addresses", lambda *_: ())
    user = Caller("often@example.com", "user")
    statuses = []
    for _ in range(11):
        with pytest.raises(Problem) as caught:
            check_target("http://93.184.216.34", user, some_settings(tmp_path), ())
        statuses.append(caught.value.status)
    assert statuses == [403] * 10 + [429]


def test_the_record_is_offered_for_https_alone() -> None:
    """For HTTP it proves nothing, so it is not advised."""
    proof = ownership_proof(EMAIL, HOST, KEY)
    assert proof.record_name in hint_of_proof(read_target_url(f"https://{HOST}"), proof)
    assert proof.record_name not in hint_of_proof(read_target_url(f"http://{HOST}"), proof)
