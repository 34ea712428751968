"""Writes the golden locustfile anew: `python -m tests.renew_golden`. Review the difference."""

from __future__ import annotations

from pathlib import Path

from benchmark.generators.dependency_analyzer import analyze_dependencies
from benchmark.generators.documents import read_document
from benchmark.generators.locust_generator import render_locustfile
from benchmark.generators.openapi_parser import parse_document
from benchmark.generators.scenario_planner import PlanOptions, plan_scenarios
from benchmark.models import ApiDocument, ApiSpec, LoadPlan

DATA = Path(__file__).resolve().parent / "data"
GOLDEN = DATA / "shop_locustfile.py"


def shop() -> ApiSpec:
    """The API of the shop."""
    document = read_document((DATA / "shop.yaml").read_bytes(), "shop.yaml")
    return parse_document(ApiDocument("shop", "", "shop.yaml", document))


def shop_plan(options: PlanOptions) -> LoadPlan:
    """The plan of a load on the shop."""
    spec = shop()
    return plan_scenarios("http://localhost:8000", [spec], analyze_dependencies([spec]), options)


def golden_source() -> str:
    """What the golden file must hold."""
    return render_locustfile(shop_plan(PlanOptions(seed=7)), "shop_locustfile.py")


if __name__ == "__main__":
    GOLDEN.write_text(golden_source(), encoding="utf-8")
