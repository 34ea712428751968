"""The HTTP client of a user: path templates, multipart, credentials, no hidden redirects.

This is the one seam between the locustfiles and the HTTP library below (Locust's FastHttpUser).
"""

from __future__ import annotations

import json as json_text
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from locust.contrib.fasthttp import FastHttpSession, FastHttpUser, ResponseContextManager
from urllib3.fields import RequestField
from urllib3.filepost import encode_multipart_formdata

from benchmark.engine.credentials import ApiKeyPlace, request_credentials, verify_tls

_TEMPLATE_NAME = re.compile(r"\{([^{}]*)\}")

FilePart = tuple[str, bytes, str]
"""A file to upload: its name, its content and its content type."""


class ApiSession(FastHttpSession):
    """Locust's fast session with path templates; one call is one request on the wire.

    Redirects are answers like any other unless the caller asks for them to be followed.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.query_credentials: dict[str, str] = {}

    def request(  # type: ignore[override]  # two parameters more than Locust's
        self,
        method: str,
        url: str,
        name: str | None = None,
        data: Any = None,
        *,
        path: Mapping[str, Any] | None = None,
        params: Mapping[str, Any] | Sequence[tuple[str, Any]] | None = None,
        files: Mapping[str, FilePart | Sequence[FilePart]] | None = None,
        cookies: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        allow_redirects: bool = False,
        **kwargs: Any,
    ) -> ResponseContextManager:
        """Send one request.

        `path` fills the `{names}` of `url`, percent-encoded; the template is then the request's
        name in every statistic. `params` is the query: lists repeat their name, None leaves it out.
        `files` makes the body multipart/form-data, with the members of `data` as further parts.
        """
        target = fill_template(url, path) if path is not None else url
        query = encode_query(params, self.query_credentials)
        if query:
            target = f"{target}{'&' if '?' in target else '?'}{query}"
        sent = dict(headers) if headers else {}
        if files:
            data, sent["Content-Type"] = encode_multipart(data or {}, files)
        elif isinstance(data, Mapping):
            data = urlencode(form_pairs(data))
            sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
        if cookies:
            sent["Cookie"] = "; ".join(f"{key}={quote(str(v))}" for key, v in cookies.items())
        return super().request(
            method,
            target,
            name=name or self.request_name or url,
            data=data,
            headers=sent,
            allow_redirects=allow_redirects,
            **kwargs,
        )


class RapidHttpUser(FastHttpUser):
    """A Locust user with a fast client; the interface of `FastHttpUser`, and path templates.

    `self.client.get("/items/{id}", path={"id": 7})` asks for `/items/7` and counts it as
    `/items/{id}`. TLS certificates are verified unless BENCHMARK_INSECURE is set. Credentials in
    the environment (BENCHMARK_TOKEN, BENCHMARK_BASIC, BENCHMARK_API_KEY, BENCHMARK_HEADER) go with
    every request; `api_key` says where the key belongs.
    """

    abstract = True
    api_key: ApiKeyPlace = ("header", "X-API-Key")
    connection_timeout = 10.0
    network_timeout = 60.0

    def __init__(self, environment: Any) -> None:
        credentials = request_credentials(self.api_key)
        self.insecure = not verify_tls()
        self.default_headers = {**(self.default_headers or {}), **credentials.headers}
        super().__init__(environment)
        session = ApiSession(
            base_url=(self.host or "").rstrip("/"),
            request_event=environment.events.request,
            user=self,
            insecure=self.insecure,
            network_timeout=self.network_timeout,
            connection_timeout=self.connection_timeout,
            max_redirects=self.max_redirects,
            max_retries=self.max_retries,
            concurrency=self.concurrency,
            client_pool=self.client_pool,
            ssl_context_factory=self.ssl_context_factory,
            headers=self.default_headers,
            proxy_host=self.proxy_host,
            proxy_port=self.proxy_port,
        )
        session.query_credentials = credentials.query
        self.client = session


def fill_template(template: str, values: Mapping[str, Any]) -> str:
    """A path template with its `{names}` filled and percent-encoded (RFC 3986, section 2.1).

    Raises KeyError for a name without a value, so that `/items/None` is never sent.
    """
    return _TEMPLATE_NAME.sub(lambda match: quote(_text(values[match[1]]), safe=""), template)


def encode_query(
    params: Mapping[str, Any] | Sequence[tuple[str, Any]] | None, more: Mapping[str, str]
) -> str:
    """The query string, without a question mark; "" when there is nothing to say."""
    if not params and not more:
        return ""
    pairs = list(params.items() if isinstance(params, Mapping) else params or ())
    return urlencode(form_pairs([*pairs, *more.items()]), quote_via=quote)


def form_pairs(
    values: Mapping[str, Any] | Sequence[tuple[str, Any]],
) -> list[tuple[str, str]]:
    """Names and texts as forms and queries send them: lists repeat the name, None is left out."""
    pairs: list[tuple[str, str]] = []
    for name, value in values.items() if isinstance(values, Mapping) else values:
        items = value if isinstance(value, list | tuple) else [value]
        pairs.extend((name, _text(item)) for item in items if item is not None)
    return pairs


def encode_multipart(
    fields: Mapping[str, Any], files: Mapping[str, FilePart | Sequence[FilePart]]
) -> tuple[bytes, str]:
    """A multipart/form-data body and its content type. Objects become JSON parts (OpenAPI 3)."""
    parts: list[RequestField] = []
    for name, value in fields.items():
        items = value if isinstance(value, list | tuple) else [value]
        for item in items:
            if item is None:
                continue
            part = RequestField(name=name, data=_text(item))
            is_json = isinstance(item, Mapping | list)
            part.make_multipart(content_type="application/json" if is_json else None)
            parts.append(part)
    for name, upload in files.items():
        for file_name, content, content_type in [upload] if isinstance(upload, tuple) else upload:
            part = RequestField(name=name, data=content, filename=file_name)
            part.make_multipart(content_type=content_type)
            parts.append(part)
    return encode_multipart_formdata(parts)


def _text(value: Any) -> str:
    """A value as forms, queries and paths write it: booleans in lower case, objects as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping | list | tuple):
        return json_text.dumps(value, separators=(",", ":"))
    return str(value)
