"""The short way from a discovery to a locustfile, for use from Python and notebooks."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from benchmark.generators.dependency_analyzer import analyze_dependencies
from benchmark.generators.locust_generator.rendering import render_locustfile
from benchmark.generators.openapi_parser import parse_document
from benchmark.generators.scenario_planner import PlanOptions, plan_scenarios
from benchmark.models import Discovery, LoadPlan


class Discoverer(Protocol):
    """Whatever holds a discovery, such as `SubAppDiscovery`."""

    @property
    def discovery(self) -> Discovery:
        """Every application found."""


class DynamicLocustGenerator:
    """Writes the locustfile of a discovered API.

    `discovery` is a `SubAppDiscovery` or a `Discovery`. What can be set is in `options`.
    """

    def __init__(
        self, discovery: Discoverer | Discovery, options: PlanOptions | None = None
    ) -> None:
        self._discovery = discovery if isinstance(discovery, Discovery) else discovery.discovery
        self._options = options or PlanOptions()

    def plan(self) -> LoadPlan:
        """The plan that the file is rendered from."""
        specs = [parse_document(document) for document in self._discovery.documents]
        scheme, _, rest = self._discovery.base_url.partition("://")
        base_url = f"{scheme}://{rest.partition('/')[0]}"
        return plan_scenarios(base_url, specs, analyze_dependencies(specs), self._options)

    def generate_dynamic_locust_file(self, path: str | Path) -> Path:
        """Write the locustfile to `path` and give the path back. Raises OSError, BenchmarkError."""
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(render_locustfile(self.plan(), str(target)), encoding="utf-8")
        return target
