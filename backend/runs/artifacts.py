"""Which files of a run may be had: those that its result names, under their bare names."""

from __future__ import annotations

from backend.runs.values import Artifact
from backend.supervisor.folder import TIMELINE, RunFolder, outcome_from_json, read_json

_MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".csv": "text/csv; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".xml": "application/xml",
    ".txt": "text/plain; charset=utf-8",
    ".py": "text/x-python; charset=utf-8",
    ".log": "text/plain; charset=utf-8",
}

_BESIDE = {
    "discovery": "api_discovery_*.json",
    "plan": "load_plan_*.json",
    "locustfile": "dynamic_locustfile_*.py",
    "timeline": f"*{TIMELINE}",
}
"""What there is before there is a result, or beside it."""


def artifacts_of(folder: RunFolder) -> tuple[Artifact, ...]:
    """The files of a run that are there by now."""
    outcome = outcome_from_json(read_json(folder.outcome))
    named = dict(outcome.files) if outcome is not None else {}
    for what, pattern in _BESIDE.items():
        newest = max(folder.path.glob(pattern), default=None)
        if newest is not None:
            named.setdefault(what, newest.name)
    found = []
    for what, name in named.items():
        path = folder.file(name)
        media_type = _MEDIA_TYPES.get(path.suffix) if path is not None else None
        if path is not None and media_type is not None:
            found.append(Artifact(name, what, media_type, path))
    return tuple(found)
