"""From operations and their data flow to the plan of a load: who does what, with what."""

from benchmark.generators.scenario_planner.plan_file import plan_to_json
from benchmark.generators.scenario_planner.planning import PlanOptions, plan_scenarios

__all__ = ["PlanOptions", "plan_scenarios", "plan_to_json"]
