"""A load plan as JSON: what `load_plan_<timestamp>.json` holds, for people and other programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from benchmark.models import LoadPlan

SCHEMA_VERSION = 1


def plan_to_json(plan: LoadPlan) -> dict[str, Any]:
    """The plan, each recipe given as its list of slots: location, JSON Pointer and source."""
    return {
        "schema_version": SCHEMA_VERSION,
        "base_url": plan.base_url,
        "seed": plan.seed,
        "wait_time": list(plan.wait_time),
        "kinds": {name: _plain(kind) for name, kind in plan.kinds.items()},
        "users": [
            {
                "name": user.name,
                "description": user.description,
                "applications": list(user.applications),
                "weight": user.weight,
                "tasks": [
                    {
                        "operation": task.operation,
                        "name": task.name,
                        "weight": task.weight,
                        "readiness": _plain(task.readiness),
                        "keeps": task.keeps,
                        "takes": task.takes,
                        "media_type": task.recipe.media_type,
                        "doubts": list(task.recipe.doubts),
                        "slots": [
                            {
                                "in": slot.location,
                                "at": slot.pointer,
                                "source": type(slot.source).__name__,
                                **_plain(slot.source),
                            }
                            for slot in task.recipe.slots()
                        ],
                    }
                    for task in user.tasks
                ],
            }
            for user in plan.users
        ],
        "skipped": [_plain(skip) for skip in plan.skipped],
    }


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(member) for key, member in value.items()}
    return value
