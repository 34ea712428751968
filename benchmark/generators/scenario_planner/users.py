"""User classes of the plan: one for each application, or one for all where users are few."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import count

from benchmark.generators.naming import words
from benchmark.generators.scenario_planner.credential_needs import main_api_key
from benchmark.models import ApiSpec, PlannedTask, PlannedUser, SecurityScheme

RESERVED_TASK_NAMES = frozenset(
    "after_answer api_key authorize clear client_certificate current_access deletes "
    "follow_redirects fresh given keep_account max_body_bytes max_header_bytes new_json "
    "own_account own_address pause_asked_for peek redirect_hosts rest_ session_class sign_in "
    "sign_in_anew sign_in_per_user sign_up ssl_context_factory start_over strategy task_set_class "
    "total_timeout value".split()
)
"""Names in a user class that a task must not take, beyond those that operations never have."""

_MAX_NAME = 60
_MAX_TITLE = 120


def planned_users(
    planned: Sequence[tuple[ApiSpec, tuple[PlannedTask, ...]]], users: int
) -> tuple[PlannedUser, ...]:
    """The user classes for applications and their tasks, under a load of `users` virtual users.

    With fewer virtual users than applications some would get none, so one class serves all.
    """
    taken: set[str] = set()
    classes = [_user(spec, tasks, taken) for spec, tasks in planned]
    return (_merged(classes),) if len(classes) > max(1, users) else tuple(classes)


def _user(spec: ApiSpec, tasks: tuple[PlannedTask, ...], taken: set[str]) -> PlannedUser:
    enabled = sum(task.readiness.enabled for task in tasks)
    mount = f", mounted at {spec.prefix}" if spec.prefix else ""
    noun = "operation" if len(tasks) == 1 else "operations"
    title = " ".join(f"{spec.title or spec.application} {spec.version}".split())[:_MAX_TITLE]
    return PlannedUser(
        name=_class_name(spec.application, taken),
        description=f"{title}{mount}: {len(tasks)} {noun}.",
        applications=(spec.application,),
        weight=max(1, enabled),
        tasks=_renamed(tasks),
        security_schemes=_schemes(spec),
    )


def _class_name(application: str, taken: set[str]) -> str:
    """`order-history` → `OrderHistoryUser`: an identifier, unique, and no import's name."""
    base = "".join(word.capitalize() for word in words(application))[:_MAX_NAME]
    if not base[:1].isalpha():
        base = f"Application{base}"
    if base == "Api":
        base = "ApiService"  # ApiUser is what all of them stand on
    options = (f"{base}{number}User" for number in count(2))
    name = f"{base}User"
    while name in taken:
        name = next(options)
    taken.add(name)
    return name


def _renamed(tasks: Sequence[PlannedTask]) -> tuple[PlannedTask, ...]:
    """The tasks under names that are unique in their class; where two are alike, numbered."""
    given = {task.name for task in tasks}
    taken = set(RESERVED_TASK_NAMES)
    renamed = []
    for task in tasks:
        name = task.name
        if name in taken:
            numbered = (f"{name}_{number}" for number in count(2))
            name = next(option for option in numbered if option not in taken | given)
        taken.add(name)
        renamed.append(replace(task, name=name))
    return tuple(renamed)


def _schemes(spec: ApiSpec) -> tuple[SecurityScheme, ...]:
    """The API's schemes: of its keys the one that can be given, before the others."""
    main = main_api_key(spec)
    others = [scheme for scheme in spec.security_schemes.values() if scheme.type != "apiKey"]
    return (*([main] if main else []), *others)


def _merged(users: Sequence[PlannedUser]) -> PlannedUser:
    return PlannedUser(
        name="ApiLoadUser",
        description="\n".join(user.description for user in users),
        applications=tuple(name for user in users for name in user.applications),
        weight=1,
        tasks=_renamed([task for user in users for task in user.tasks]),
        security_schemes=tuple(scheme for user in users for scheme in user.security_schemes),
    )
