"""Finds the OpenAPI documents of an API: by asking it, from named documents, or from its code."""

from benchmark.generators.subapp_discovery.discovery import (
    discover,
    discover_from_specs,
    discover_from_value,
)
from benchmark.generators.subapp_discovery.facade import SubAppDiscovery
from benchmark.generators.subapp_discovery.importing import discover_from_app
from benchmark.generators.subapp_discovery.summary import discovery_json

__all__ = [
    "SubAppDiscovery",
    "discover",
    "discover_from_app",
    "discover_from_specs",
    "discover_from_value",
    "discovery_json",
]
