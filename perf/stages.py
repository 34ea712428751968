"""One document through the stages, from its file to the written locustfile, with a clock beside."""

from __future__ import annotations

import gzip
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the scripts run without the package being installed

from benchmark.generators.dependency_analyzer import analyze_dependencies  # noqa: E402 - see above
from benchmark.generators.locust_generator import render_locustfile  # noqa: E402
from benchmark.generators.openapi_parser import parse_document  # noqa: E402
from benchmark.generators.scenario_planner import PlanOptions, plan_scenarios  # noqa: E402
from benchmark.generators.subapp_discovery import discover_from_specs  # noqa: E402
from benchmark.models import ApiSpec, Credentials, LoadPlan, Target  # noqa: E402

DEFAULT_FOLDER = ROOT.parent / "shared" / "specs"
SUFFIXES = (".json", ".yaml", ".json.gz", ".yaml.gz")
STAGES = ("read", "parse", "analyse", "plan", "render")
_HOST = "http://127.0.0.1:1"
# With credentials at hand, every operation is planned in full.
_CREDENTIALS = Credentials(token="made-up", basic="user:made-up", api_key="made-up")  # noqa: S106


class Clock:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time the block."""
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start


@dataclass(frozen=True, slots=True)
class Made:
    """What came of a document, and how long each stage took."""

    specs: tuple[ApiSpec, ...]
    plan: LoadPlan
    seconds: dict[str, float]

    @property
    def operations(self) -> int:
        """The usable operations."""
        return sum(len(spec.operations) for spec in self.specs)

    @property
    def skipped(self) -> list[str]:
        """Why operations are not usable, one reason each."""
        return [skip.reason for spec in self.specs for skip in spec.skipped]

    @property
    def enabled(self) -> int:
        """The operations that take part in a run without a probe."""
        return sum(task.readiness.enabled for task in self.plan.tasks())


def make(document: Path, locustfile: Path) -> Made:
    """Everything that `stress-api generate --spec` does; raises what the stages raise."""
    clock = Clock()
    with clock.stage("read"):
        discovery = discover_from_specs(Target(_HOST), [str(document)])
    with clock.stage("parse"):
        specs = tuple(parse_document(found) for found in discovery.documents)
    with clock.stage("analyse"):
        dependencies = analyze_dependencies(specs)
    with clock.stage("plan"):
        plan = plan_scenarios(_HOST, specs, dependencies, PlanOptions(credentials=_CREDENTIALS))
    with clock.stage("render"):
        locustfile.write_text(render_locustfile(plan), encoding="utf-8")
    return Made(specs, plan, clock.seconds)


def documents_in(folder: Path) -> list[Path]:
    """The API documents of a folder, compressed ones included."""
    return sorted(path for path in folder.glob("*") if path.name.endswith(SUFFIXES))


def unpacked(document: Path, folder: Path) -> Path:
    """The document itself, or its decompressed copy in `folder`."""
    if document.suffix != ".gz":
        return document
    copy = folder / document.stem
    copy.write_bytes(gzip.decompress(document.read_bytes()))
    return copy
