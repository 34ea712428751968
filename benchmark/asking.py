"""The API as a run needs it: what was found, and over it the endpoints that were asked for."""
# ruff: noqa: PLC0415  # the stages are slow to import, and no command needs them all

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from benchmark.errors import DocumentError, TargetError
from benchmark.finding import discover, parse, reach
from benchmark.models import ApiSpec, Discovery, LoadPlan, Note
from benchmark.settings import BenchmarkConfig

if TYPE_CHECKING:
    from benchmark.generators.asked import Asked

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class FoundApi:
    """What a run is made from: documents, operations, and which of these were asked for.

    `asked` is None where the load is to be all that was found.
    """

    discovery: Discovery
    specs: tuple[ApiSpec, ...]
    asked: Asked | None = None

    @property
    def goals(self) -> frozenset[str] | None:
        """The operations that are the load's; None where all are."""
        return None if self.asked is None else frozenset(self.asked.operations)

    @property
    def given_in_paths(self) -> frozenset[tuple[str, str]]:
        """The path parameters with given values: operation and name."""
        return frozenset() if self.asked is None else self.asked.path_names()

    def load(self, plan: LoadPlan, config: BenchmarkConfig, *, probed: bool) -> LoadPlan:
        """The plan of what was asked for, out of one for all operations."""
        if self.asked is None:
            return plan
        from benchmark.generators.asked import AskedLoad

        load = AskedLoad(self.asked, self.specs, config.credentials, config.seed)
        return load.of(plan, probed=probed)

    def notes(self, plan: LoadPlan, config: BenchmarkConfig, *, probed: bool) -> tuple[str, ...]:
        """A sentence for each operation that was asked for and is not as it should be."""
        if self.asked is None:
            return ()
        from benchmark.generators.asked import AskedLoad

        load = AskedLoad(self.asked, self.specs, config.credentials, config.seed)
        return tuple(load.notes(plan, probed=probed))


def find_api(config: BenchmarkConfig, say: Say) -> FoundApi:
    """Find and read the documents, and lay what was asked for over them.

    With asked endpoints a target without a document will do: they are called as they stand. Raises
    TargetError, DocumentError, and UsageError for endpoints that cannot be called.
    """
    if not config.endpoints:
        discovery = discover(config)
        return FoundApi(discovery, parse(discovery))
    from benchmark.generators.asked import (
        Asked,
        asked_operations,
        document_of,
        laid_over,
        split_documented,
    )

    discovery, specs = _whatever_is_there(config, say)
    known, unknown = split_documented(config.endpoints, specs, config.base_url)
    new: frozenset[str] = frozenset()
    if unknown:
        names = [document.name for document in discovery.documents]
        document = document_of(unknown, config.base_url, names)
        described = parse(replace(discovery, documents=(document,)))
        new = frozenset(operation.key for spec in described for operation in spec.operations)
        discovery = replace(discovery, documents=(*discovery.documents, document))
        specs = (*specs, *described)
        for endpoint in unknown if known else ():
            say(f"Note: {endpoint.key} is in no document: it is called as it stands")
    operations = asked_operations(config.endpoints, specs, config.base_url)
    asked = Asked(operations, new)
    return FoundApi(discovery, laid_over(specs, asked), asked)


def _whatever_is_there(config: BenchmarkConfig, say: Say) -> tuple[Discovery, tuple[ApiSpec, ...]]:
    """The documents of the target; none where it shows none that can be used, but answers."""
    try:
        discovery = discover(config)
        return discovery, parse(discovery)
    except (TargetError, DocumentError) as error:
        if config.spec or config.app:
            raise
        reach(config)
        say(f"Note: {error.message}. The endpoints are called as they stand")
        note = Note(config.base_url, error.message)
        return Discovery(config.base_url, (), (note,)), ()
