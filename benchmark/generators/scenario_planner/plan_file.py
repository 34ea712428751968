"""A load plan as JSON: what `load_plan_<timestamp>.json` holds, for people and other programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from benchmark.models import LoadPlan, PlannedTask, PlannedUser, Recipe, SignIn, Slot

SCHEMA_VERSION = 1


def plan_to_json(plan: LoadPlan) -> dict[str, Any]:
    """The plan, each recipe given as its list of slots: location, JSON Pointer and source.

    Kinds stand in the order of their names, tasks in that of the locustfile.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "base_url": plan.base_url,
        "seed": plan.seed,
        "wait_time": list(plan.wait_time),
        "strategy": plan.strategy,
        "kinds": {name: _plain(kind) for name, kind in sorted(plan.kinds.items())},
        "users": [_user(user) for user in plan.users],
        "skipped": [_plain(skip) for skip in plan.skipped],
    }


def _user(user: PlannedUser) -> dict[str, Any]:
    return {
        "name": user.name,
        "description": user.description,
        "applications": list(user.applications),
        "weight": user.weight,
        "sign_in": _sign_in(user.sign_in) if user.sign_in else None,
        "tasks": [_task(task) for task in user.tasks],
    }


def _sign_in(sign_in: SignIn) -> dict[str, Any]:
    register, csrf = sign_in.register, sign_in.csrf
    written: dict[str, Any] = {
        "register": {"operation": register, **_recipe(sign_in.register_recipe)}
        if register
        else None,
        "login": {"operation": sign_in.login, **_recipe(sign_in.recipe)},
        "token": sign_in.token_pointer,
        "in": sign_in.location,
        "parameter": sign_in.parameter,
        "prefix": sign_in.prefix,
        "per_user": sign_in.per_user,
    }
    if csrf is not None:
        token = {"operation": csrf.read, "token": csrf.pointer, "header": csrf.header}
        written["csrf"] = {**token, **_recipe(csrf.recipe)}
    return written


def _task(task: PlannedTask) -> dict[str, Any]:
    return {
        "operation": task.operation,
        "name": task.name,
        "weight": task.weight,
        "readiness": _plain(task.readiness),
        "answers": task.answers,
        "keeps": task.keeps,
        "takes": task.takes,
        **_recipe(task.recipe),
    }


def _recipe(recipe: Recipe) -> dict[str, Any]:
    written: dict[str, Any] = {
        "media_type": recipe.media_type,
        "doubts": list(recipe.doubts),
        "slots": [_slot(slot) for slot in recipe.slots()],
    }
    if recipe.encoding:
        written["encoding"] = _plain(recipe.encoding)
    if recipe.before or recipe.after:
        written |= {"before": list(recipe.before), "after": list(recipe.after)}
    if recipe.fresh:
        written["fresh"] = True
    return written


def _slot(slot: Slot) -> dict[str, Any]:
    written = {
        "in": slot.location,
        "at": slot.pointer,
        "source": type(slot.source).__name__,
        **_plain(slot.source),
    }
    if slot.allow_reserved:
        written["allow_reserved"] = True
    return written


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(member) for key, member in value.items()}
    return value
