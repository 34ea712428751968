"""Gives each user class its sign-in; a class of applications with different ones is divided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import count

from benchmark.generators.probe import ideas
from benchmark.generators.probe.access.entrances import Entrance
from benchmark.generators.probe.prober import Prober
from benchmark.models import PlannedTask, PlannedUser, Readiness


def signed_in_users(users: Sequence[PlannedUser], prober: Prober) -> tuple[PlannedUser, ...]:
    """The user classes, each with one sign-in or none, weighted by their enabled tasks."""
    taken = {user.name for user in users}
    divided = [part for user in users for part in _divided(user, prober, taken)]
    return tuple(
        replace(user, weight=max(1, sum(task.readiness.enabled for task in user.tasks)))
        for user in divided
    )


def _divided(user: PlannedUser, prober: Prober, taken: set[str]) -> list[PlannedUser]:
    """The class, or one for each entrance that its operations go through."""
    applications: list[tuple[Entrance, list[str]]] = []
    for application in user.applications:
        entrance = prober.entrances.of(application)
        known = next((names for other, names in applications if other is entrance), None)
        if known is None:
            applications.append((entrance, [application]))
        else:
            known.append(application)
    if len(applications) == 1:
        return [replace(user, sign_in=applications[0][0].sign_in)]
    return [
        _part(user, names, entrance, prober, user.name if not number else _name(user, taken))
        for number, (entrance, names) in enumerate(applications)
    ]


def _part(
    user: PlannedUser, applications: list[str], entrance: Entrance, prober: Prober, name: str
) -> PlannedUser:
    """The operations of some applications of a class."""
    own = {key for key, case in prober.cases.items() if case.spec.application in applications}
    lines = user.description.split("\n")
    described = len(lines) == len(user.applications)
    said = [
        line
        for line, application in zip(lines, user.applications, strict=False)
        if application in applications
    ]
    return replace(
        user,
        name=name,
        description="\n".join(said) if described else user.description,
        applications=tuple(applications),
        tasks=tuple(_closed(task, own, prober) for task in user.tasks if task.operation in own),
        sign_in=entrance.sign_in,
    )


def _closed(task: PlannedTask, own: set[str], prober: Prober) -> PlannedTask:
    """A task, disabled where it needs what only users with another sign-in can make."""
    for kind in ideas.kinds_in(task.recipe):
        maker = prober.kinds[kind].create if kind in prober.kinds else None
        if maker is not None and maker not in own and task.readiness.enabled:
            reason = f"needs a {kind}, which only users with another sign-in can make"
            return replace(task, readiness=Readiness("verified", False, reason))
    return task


def _name(user: PlannedUser, taken: set[str]) -> str:
    """A name for another class, unique in the file."""
    base = user.name.removesuffix("User")
    name = next(n for n in (f"{base}{number}User" for number in count(2)) if n not in taken)
    taken.add(name)
    return name
