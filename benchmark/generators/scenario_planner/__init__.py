"""From operations and their data flow to the plan of a load: who does what, with what."""

from benchmark.generators.scenario_planner.plan_file import plan_to_json
from benchmark.generators.scenario_planner.planning import PlanOptions, cleared_by, plan_scenarios
from benchmark.generators.scenario_planner.recipes import (
    RecipeWriter,
    Variant,
    fixed_node,
    merge_values,
)
from benchmark.generators.scenario_planner.sample_requests import sample_requests
from benchmark.generators.scenario_planner.single_request import OMIT, Omit, repaired_at

__all__ = [
    "OMIT",
    "Omit",
    "PlanOptions",
    "RecipeWriter",
    "Variant",
    "cleared_by",
    "fixed_node",
    "merge_values",
    "plan_scenarios",
    "plan_to_json",
    "repaired_at",
    "sample_requests",
]
