"""The HTTP client of the engine: fast, and never wrong about what it sent and measured.

- `user`: the Locust user class; `session`: what tasks call; `sender`: one request after another
- `request_head`, `request_body`, `redirects`, `cookies`: what is sent
- `pool`, `turns`, `connection`, `exchange`, `addresses`, `tls`, `proxies`, `deadlines`: how it
  is sent
- `response_head`, `body_stream`, `decoding`, `headers`, `response`: what comes back
- `errors`, `counters`: what goes wrong, and what telemetry wants to know
"""

from benchmark.engine.http_client.addresses import addresses
from benchmark.engine.http_client.cookies import Cookie, CookieJar
from benchmark.engine.http_client.counters import Counters, counters
from benchmark.engine.http_client.errors import (
    BadStatusError,
    HttpClientError,
    describe_error,
)
from benchmark.engine.http_client.headers import Headers
from benchmark.engine.http_client.pool import ConnectionPool
from benchmark.engine.http_client.request_body import RequestBody, json_body, json_bytes
from benchmark.engine.http_client.response import Response, charset_of
from benchmark.engine.http_client.session import HttpSession
from benchmark.engine.http_client.user import RapidHttpUser

__all__ = [
    "BadStatusError",
    "ConnectionPool",
    "Cookie",
    "CookieJar",
    "Counters",
    "Headers",
    "HttpClientError",
    "HttpSession",
    "RapidHttpUser",
    "RequestBody",
    "Response",
    "addresses",
    "charset_of",
    "counters",
    "describe_error",
    "json_body",
    "json_bytes",
]
