"""Which operations of a plan take part in the load, and why the others do not."""

from __future__ import annotations

from benchmark.errors import UsageError
from benchmark.models import LoadPlan, OperationReadiness, Readiness


def require_tasks(load_plan: LoadPlan) -> None:
    """Raise UsageError where no operation takes part, with the commonest reason."""
    if any(task.readiness.enabled for task in load_plan.tasks()):
        return
    reasons = [task.readiness.reason for task in load_plan.tasks()]
    reasons += [skip.reason for skip in load_plan.skipped]
    commonest = max(reasons, key=reasons.count, default="no operations")
    hint = "see the reasons with: stress-api generate"
    if commonest.startswith("left out"):
        hint = "operations look like 'GET /items/{id}': change --include, --exclude or --tag"
    elif commonest.startswith("needs credentials"):
        hint = "give --token, --basic, --api-key or --header"
    raise UsageError(f"No operation can be called: {commonest}", hint)


def readiness_of(load_plan: LoadPlan | None) -> tuple[OperationReadiness, ...]:
    """Every documented operation; none where the locustfile is the user's own."""
    if load_plan is None:
        return ()
    planned = [
        OperationReadiness(task.operation, user.applications[0], task.readiness)
        for user in load_plan.users
        for task in user.tasks
    ]
    skipped = [
        OperationReadiness(skip.key, skip.application, Readiness("excluded", False, skip.reason))
        for skip in load_plan.skipped
    ]
    return (*planned, *skipped)
