"""Judges, before anything is sent, which operations can be called, and says why others cannot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from benchmark.generators.naming import collection_of, path_noun
from benchmark.generators.scenario_planner.credential_needs import CredentialNeeds, credential_needs
from benchmark.models import (
    ApiSpec,
    Credentials,
    Dependencies,
    Dependency,
    Operation,
    Readiness,
    ResourceKind,
    escape_pointer,
)

READ_ONLY = frozenset({"GET", "HEAD", "OPTIONS", "QUERY"})
"""The methods that change nothing."""


@dataclass(frozen=True, slots=True)
class _Demand:
    """A path parameter that needs something, and the operations of which one can supply it."""

    parameter: str
    kind: str
    suppliers: tuple[str, ...]
    only_own: bool


def judge(
    chosen: Mapping[str, tuple[Operation, ApiSpec]],
    dependencies: Dependencies,
    credentials: Credentials,
    given_in_paths: Collection[tuple[str, str]] = (),
) -> dict[str, Readiness]:
    """Whether each operation can be called, what supplies its path considered, by its key.

    An operation is ready once everything in its path has a supplier that is ready, so what would
    need itself never is. What changes or deletes something is only ever ready for a thing that the
    run's user made, never for one that was found on the server. What a path parameter names whose
    value was given (`given_in_paths`: operation and name) is at the user's own risk.
    """
    needs: dict[str, CredentialNeeds] = {}
    for _, spec in chosen.values():
        if spec.application not in needs:
            needs[spec.application] = credential_needs(spec, credentials)
    links = dependencies.by_consumer()
    creates = {kind.create: kind for kind in dependencies.kinds.values() if kind.create}
    reasons: dict[str, str] = {}
    demands: dict[str, list[_Demand]] = {}
    for key, (operation, spec) in chosen.items():
        reasons[key] = _obstacle(operation, needs[spec.application])
        demands[key] = []
        own = operation.method not in READ_ONLY and not _creates(operation, creates)
        chosen_by_us = {*(creates[key].sent if key in creates else ())}
        chosen_by_us |= {name for one, name in given_in_paths if one == key}
        for demand in _demands(operation, links.get(key, []), dependencies, own, chosen_by_us):
            demands[key].append(demand)
    ready = _ready([key for key in chosen if not reasons[key]], demands)
    return {
        key: Readiness(
            enabled=key in ready,
            reason="" if key in ready else reasons[key] or _unmet(demands[key], ready, chosen),
        )
        for key in chosen
    }


def _obstacle(operation: Operation, needs: CredentialNeeds) -> str:
    """What keeps an operation from being called, whatever its path needs; "" if nothing."""
    if needs.signs_in(operation):
        return "needs credentials: it is the sign-in"
    missing = needs.missing(operation)
    return f"needs credentials ({missing})" if missing else ""


def _creates(operation: Operation, known: Collection[str]) -> bool:
    created = any(response.status == "201" for response in operation.responses)
    return operation.key in known or (operation.method == "POST" and created)


def _demands(
    operation: Operation,
    links: list[Dependency],
    dependencies: Dependencies,
    only_own: bool,
    chosen_by_us: Collection[str],
) -> list[_Demand]:
    """What the path needs. With `only_own`, its last thing must be one that the user made.

    What stands before that in the path may be found: an own team may lie below a found company.
    A parameter by which the client names what it makes needs nothing.
    """
    by_pointer = {link.slot_pointer: link for link in links if link.location == "path"}
    demands = []
    for parameter in reversed([p for p in operation.parameters if p.location == "path"]):
        if parameter.name in chosen_by_us:
            continue
        link = by_pointer.get(f"/{escape_pointer(parameter.name)}")
        if link is not None:
            kind = dependencies.kinds[link.kind]
            suppliers = (kind.create,) if only_own else (kind.create, plain_list(kind))
            known = tuple(key for key in suppliers if key is not None)
            demands.append(_Demand(parameter.name, kind.kind, known, only_own))
            only_own = False
        elif path_noun(collection_of(operation.path, parameter.name), parameter.name) is not None:
            if not _is_documented(operation, parameter.name):
                demands.append(_Demand(parameter.name, "", (), False))
                only_own = False
    return demands[::-1]


def plain_list(kind: ResourceKind) -> str | None:
    """The list of a kind, where it can be asked for without knowing anything; else None."""
    return None if kind.list is None or "{" in kind.list else kind.list


def _is_documented(operation: Operation, name: str) -> bool:
    """Whether the document itself gives a value for a path parameter of a read."""
    if operation.method not in READ_ONLY:
        return False
    for parameter in operation.parameters:
        if parameter.name == name and parameter.location == "path":
            schema = parameter.schema if isinstance(parameter.schema, Mapping) else {}
            return bool(parameter.examples) or any(
                keyword in schema for keyword in ("enum", "const", "default", "example", "examples")
            )
    return False


def _ready(candidates: list[str], demands: Mapping[str, list[_Demand]]) -> set[str]:
    """The candidates whose demands are met, beginning with those that have none."""
    consumers: defaultdict[str, list[str]] = defaultdict(list)
    for key in candidates:
        for demand in demands[key]:
            for supplier in demand.suppliers:
                consumers[supplier].append(key)
    ready = {key for key in candidates if not demands[key]}
    waiting = list(ready)
    while waiting:
        for key in consumers[waiting.pop()]:
            if key not in ready and all(ready & {*d.suppliers} for d in demands[key]):
                ready.add(key)
                waiting.append(key)
    return ready


def _unmet(
    demands: list[_Demand], ready: set[str], chosen: Mapping[str, tuple[Operation, ApiSpec]]
) -> str:
    unmet = next(d for d in demands if not ready.intersection(d.suppliers))
    if not unmet.kind:
        return f"no way found to get a {{{unmet.parameter}}}"
    if unmet.only_own and not unmet.suppliers:
        return f"would change the {unmet.kind}, which the test did not make"
    missing = [key for key in unmet.suppliers if key not in chosen]
    because = f"{missing[0]} is left out" if missing else f"{unmet.kind} cannot be made or found"
    return f"no way to get a {{{unmet.parameter}}}: {because}"
