"""Discovery as one object that answers questions, for notebooks, scripts and `python -c`."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import Any

from benchmark.generators.subapp_discovery.discovery import discover
from benchmark.generators.subapp_discovery.summary import endpoints, information
from benchmark.models import Credentials, Discovery, Target


class SubAppDiscovery:
    """The applications behind a base URL. The target is asked once, when first needed.

    Every method raises what `discover` raises.
    """

    def __init__(
        self,
        base_url: str,
        *,
        credentials: Credentials | None = None,
        timeout_seconds: float = 30.0,
        allowed_hosts: tuple[str, ...] = (),
        verify_tls: bool = True,
    ) -> None:
        self._target = Target(
            base_url.rstrip("/"), credentials or Credentials(), allowed_hosts, verify_tls
        )
        self._timeout_seconds = timeout_seconds

    @cached_property
    def discovery(self) -> Discovery:
        """Everything that was found, notes included."""
        return discover(self._target, timeout_seconds=self._timeout_seconds)

    def discover_all_docs(self) -> dict[str, dict[str, Any]]:
        """By application: `prefix`, `docs_url`, `openapi_url`, `endpoints` and the raw `spec`."""
        return {
            document.name: {
                "prefix": document.prefix,
                "docs_url": document.docs_url,
                "openapi_url": document.openapi_url,
                "endpoints": endpoints(document),
                "spec": document.spec,
            }
            for document in self.discovery.documents
        }

    def extract_all_endpoints(self) -> list[dict[str, Any]]:
        """Every operation of every application, with the name of its application."""
        return [
            {"application": document.name, **endpoint}
            for document in self.discovery.documents
            for endpoint in endpoints(document)
        ]

    def get_app_summary(self) -> dict[str, dict[str, Any]]:
        """By application: title, versions, where it is, and how many endpoints of which method."""
        summary = {}
        for document in self.discovery.documents:
            listed = endpoints(document)
            summary[document.name] = {
                **information(document),
                "prefix": document.prefix,
                "docs_url": document.docs_url,
                "openapi_url": document.openapi_url,
                "endpoints": len(listed),
                "methods": dict(Counter(endpoint["method"] for endpoint in listed)),
            }
        return summary
