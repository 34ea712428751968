"""Deletes on whole collections, where what is to go is named in the body: own things alone."""

from __future__ import annotations

from collections.abc import Iterator

from benchmark.generators import schema_view
from benchmark.generators.naming import plain
from benchmark.generators.probe import ideas
from benchmark.generators.probe.cases import Case
from benchmark.generators.probe.prober import Prober
from benchmark.generators.probe.safety.caution import is_bulk_delete
from benchmark.models import Recipe


def allow_own_ids(prober: Prober) -> None:
    """Let deletes on collections at the root be tried of which document or pages say: by ids."""
    for case in prober.cases.values():
        operation = case.operation
        if case.status == "excluded" and is_bulk_delete(operation) and "{" not in operation.path:
            case.ids_member = _ids_member(prober, case)
            if case.ids_member:
                case.status, case.reason = "open", "no thing of one's own to delete by its id"


def by_own_ids(prober: Prober, case: Case) -> Iterator[Recipe]:
    """The delete with the id of one own thing, which another delete could remove as well."""
    path = case.operation.path.rstrip("/")
    for kind in prober.kinds.values():
        made_here = (kind.create or "").rstrip("/") == f"POST {path}"
        if made_here and kind.delete and kind.delete != case.key:
            yield ideas.by_ids(Recipe(), kind.kind, case.ids_member)


def spares_others(prober: Prober, case: Case) -> bool:
    """Whether, after such a delete, another own thing of the collection is still there."""
    path = case.operation.path.rstrip("/")
    for kind in prober.kinds.values():
        other = prober.holdings.newest(kind.kind)
        if other is None or (kind.create or "").rstrip("/") != f"POST {path}":
            continue
        for read in prober.cases.values():
            place = read.operation.path.rstrip("/")
            is_item = place.startswith(f"{path}/{{") and place.count("/") == path.count("/") + 1
            if is_item and read.operation.method == "GET" and read.works and read.recipe:
                if ideas.kinds_in(read.recipe).keys() == {kind.kind}:
                    outcome = prober.send_with(read, read.recipe, {kind.kind: other})
                    return outcome.verdict.name != "missing"
    return True


def _ids_member(prober: Prober, case: Case) -> str:
    """The member of the body that holds ids, as the document or the server's pages call it."""
    operation = case.operation
    names: list[str] = []
    if operation.body is not None:
        schema = operation.body.media_types[0].schema
        names.extend(schema_view.properties(schema, case.spec.definitions))
    names.extend(prober.pages.call(operation).members)
    return next((name for name in names if plain(name).endswith("ids")), "")
