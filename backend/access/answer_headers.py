"""Middleware that tells browsers what they may do with an answer: close to nothing."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.access.admission import OPEN_FOLDER, route_path

API_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""Content-Security-Policy of answers that are no pages."""

DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self' blob:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""Of the service's own pages: scripts come from the service alone, and none stands in a page.
Swagger UI and ReDoc write style elements, and ReDoc searches in a worker that it makes."""

REPORT_POLICY = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; "
    "style-src 'unsafe-inline'; img-src data:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""Of a run's HTML report, which names its own script and style by digest. The sandbox keeps it
from the service, which would else take its requests for the user's. A route sets it itself."""

_PAGES = frozenset(("/", "/docs", "/redoc"))
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class SecurityHeadersMiddleware:
    """Adds security headers to every answer; a header that a route has set stays."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on, and complete the head of the answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in headers_for(route_path(scope)).items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def headers_for(path: str) -> dict[str, str]:
    """The security headers of an answer of this path."""
    if path in _PAGES:
        return {**_ALWAYS, "Content-Security-Policy": DOCS_POLICY, "Cache-Control": "no-cache"}
    if path.startswith(OPEN_FOLDER):
        return {**_ALWAYS, "Content-Security-Policy": API_POLICY}
    return {**_ALWAYS, "Content-Security-Policy": API_POLICY, "Cache-Control": "no-store"}
