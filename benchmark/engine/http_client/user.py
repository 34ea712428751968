"""The Locust user that stands on this client; it replaces FastHttpUser in a locustfile."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from ssl import SSLContext
from typing import Any, ClassVar

from gevent.pool import Group
from locust import events
from locust.exception import StopTest
from locust.user.users import RestMixin

from benchmark.engine.credentials import ApiKeyPlace, request_credentials, verify_tls
from benchmark.engine.http_client.addresses import addresses
from benchmark.engine.http_client.body_stream import Limits
from benchmark.engine.http_client.deadlines import NEVER
from benchmark.engine.http_client.pool import DEFAULT_CONCURRENCY, ConnectionPool
from benchmark.engine.http_client.proxies import Proxy, warn_of_ignored_proxies
from benchmark.engine.http_client.response import Response
from benchmark.engine.http_client.sender import connecting
from benchmark.engine.http_client.session import HttpSession
from benchmark.engine.http_client.tls import ClientCertificate
from benchmark.engine.locust_repairs import quicken_statistics
from benchmark.engine.prompt_tasks import PromptTasks
from benchmark.engine.scheduled_user import ScheduledUser
from benchmark.wire.encoding import UnsendableError


class RapidHttpUser(ScheduledUser, RestMixin[Response]):
    """A Locust user with a fast client; the interface of `FastHttpUser`, and path templates.

    `self.client.get("/items/{id}", path={"id": 7})` asks for `/items/7` and counts it as
    `/items/{id}`. TLS certificates are verified unless BENCHMARK_INSECURE or `insecure` is set.
    Credentials in the environment (BENCHMARK_TOKEN, BENCHMARK_BASIC, BENCHMARK_API_KEY,
    BENCHMARK_HEADER) go with every request to `host`; `api_key` says where the key belongs.

    Timeouts are in seconds: `connection_timeout` for name, connection and TLS together,
    `network_timeout` for the longest silence of the server, `total_timeout` for a whole request.
    Redirects are followed, each one recorded, unless `follow_redirects` is False; they may lead to
    the same host, or to one of `redirect_hosts`. `concurrency` is how many connections to one
    server a user has at most, where several greenlets of a task send requests.
    """

    abstract = True
    api_key: ApiKeyPlace = ("header", "X-API-Key")
    insecure: bool = False
    connection_timeout: float = 10.0
    network_timeout: float = 60.0
    total_timeout: float | None = None
    follow_redirects: bool = True
    max_redirects: int = 30
    redirect_hosts: Collection[str] = ()
    default_headers: Mapping[str, Any] | None = None
    concurrency: int = DEFAULT_CONCURRENCY
    client_pool: ConnectionPool | None = None
    ssl_context_factory: Callable[[], SSLContext] | None = None
    client_certificate: ClientCertificate | None = None
    proxy_host: str | None = None
    proxy_port: int | None = None
    max_header_bytes: int = 64 * 1024
    max_body_bytes: int = 256 * 1024 * 1024
    session_class: ClassVar[type[HttpSession]] = HttpSession
    task_set_class = PromptTasks

    client: Any  # of the class `session_class`

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        if self.host is None:
            raise StopTest("No host to send requests to: pass --host, or set `host` in the class")
        if not isinstance(self.client_pool, ConnectionPool | None):
            raise StopTest(
                "client_pool must be a ConnectionPool of benchmark.engine, not a "
                f"{type(self.client_pool).__name__}: it takes `concurrency` too"
            )
        try:
            self.client = self._new_client(self.host)
        except UnsendableError as problem:
            raise StopTest(str(problem)) from None
        except ValueError as problem:
            raise StopTest(f"The host {problem}") from None

    def start(self, group: Group) -> Any:
        """Start; when the user has ended, its connections are closed."""
        greenlet = super().start(group)
        greenlet.rawlink(lambda _: self.client.close())
        return greenlet

    def _new_client(self, host: str) -> HttpSession:
        """A client of its own for this user. It connects at its first request."""
        cls = type(self)
        factory = cls.ssl_context_factory
        proxy = None
        if self.proxy_host is not None:
            proxy = Proxy(self.proxy_host, self.proxy_port or 80)
        else:
            warn_of_ignored_proxies()
        return self.session_class(
            host,
            self.environment.events.request,
            self,
            connecting=connecting(
                self.connection_timeout,
                insecure=self.insecure or not verify_tls(),
                certificate=self.client_certificate,
                factory=factory,
                proxy=proxy,
            ),
            limits=_limits_of(
                self.network_timeout,
                self.total_timeout,
                self.max_header_bytes,
                self.max_body_bytes,
            ),
            pool=self.client_pool or ConnectionPool(self.concurrency),
            headers=self.default_headers,
            credentials=request_credentials(self.api_key),
            follow_redirects=self.follow_redirects,
            max_redirects=self.max_redirects,
            redirect_hosts=self.redirect_hosts,
        )


def _limits_of(
    network_timeout: float, total_timeout: float | None, header_bytes: int, body_bytes: int
) -> Limits:
    """Limits from seconds and bytes; no total timeout means as long as bytes come."""
    total_ns = NEVER if total_timeout is None else int(total_timeout * 1e9)
    return Limits(header_bytes, body_bytes, int(network_timeout * 1e9), total_ns)


def _start_over(**_: Any) -> None:
    """A test begins: it asks for addresses anew."""
    addresses.forget()
    lifetime = os.environ.get("BENCHMARK_DNS_LIFETIME", "")
    addresses.lifetime = float(lifetime) if lifetime.replace(".", "", 1).isdigit() else None


# Here and not with the other hooks: a plain `locust -f FILE` needs them as well.
events.init.add_listener(quicken_statistics)
events.test_start.add_listener(_start_over)
