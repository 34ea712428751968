"""The methods of HTTP as functions, and what is made of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmark.engine.http_client.response import Response


class HttpVerbs(ABC):
    """What a client offers besides `request`, with the arguments of that.

    `request_name`, where there is one, is the name of requests that have none of their own.
    """

    request_name: str | None = None

    @abstractmethod
    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        """Send one request."""

    def get(self, url: str, **kwargs: Any) -> Response:
        """Send a GET request."""
        return self.request("GET", url, **kwargs)

    def post(self, url: str, data: Any = None, json: Any = None, **kwargs: Any) -> Response:
        """Send a POST request."""
        return self.request("POST", url, data=data, json=json, **kwargs)

    def put(self, url: str, data: Any = None, **kwargs: Any) -> Response:
        """Send a PUT request."""
        return self.request("PUT", url, data=data, **kwargs)

    def patch(self, url: str, data: Any = None, **kwargs: Any) -> Response:
        """Send a PATCH request."""
        return self.request("PATCH", url, data=data, **kwargs)

    def delete(self, url: str, **kwargs: Any) -> Response:
        """Send a DELETE request."""
        return self.request("DELETE", url, **kwargs)

    def head(self, url: str, **kwargs: Any) -> Response:
        """Send a HEAD request."""
        return self.request("HEAD", url, **kwargs)

    def options(self, url: str, **kwargs: Any) -> Response:
        """Send an OPTIONS request."""
        return self.request("OPTIONS", url, **kwargs)

    def trace(self, url: str, **kwargs: Any) -> Response:
        """Send a TRACE request."""
        return self.request("TRACE", url, **kwargs)

    def iter_lines(self, url: str, method: str = "GET", **kwargs: Any) -> Iterator[str]:
        """The lines of an answer, as they come. Raises what made the request a failed one."""
        response = self.request(method, url, stream=True, **kwargs)
        response.raise_for_status()
        yield from response.iter_lines()

    @contextmanager
    def rename_request(self, name: str) -> Iterator[None]:
        """Count the requests within the block under one name."""
        self.request_name = name
        try:
            yield
        finally:
            self.request_name = None
