"""From documents as found to applications: which prefix, which of two, under which name.

The prefix of a document's paths is what its `servers` or `basePath` say, else where it was found.
Where the two differ, where nothing is said, and where there are several documents, a few of the
documented GETs that need no parameter decide: a path answers if its answer differs from that of a
path that cannot exist.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from benchmark.generators.documents import declared_servers, document_version
from benchmark.generators.subapp_discovery import places
from benchmark.generators.subapp_discovery.found import FoundDocument, same_answer
from benchmark.generators.subapp_discovery.threads import each_in_threads
from benchmark.generators.transport import Reply, Transport, TransportFailure
from benchmark.models import ApiDocument, Note

SAMPLE_PATHS = 4
MAX_CANDIDATES = 4
MAX_SAMPLED_DOCUMENTS = 20
_REQUEST_SECONDS = 5.0
_VERSION_SEGMENT = re.compile(r"v\d+(\.\d+)*|api|rest|openapi|swagger", re.IGNORECASE)
_NOT_IN_NAME = re.compile(r"[^A-Za-z0-9_]+")
_PARAMETER = re.compile(r"\{[^{}]*\}")

Operation = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Application:
    """A document with its prefix settled. `dead` means that every sampled path was missing."""

    document: FoundDocument
    prefix: str
    score: int = 0
    dead: bool = False

    def operations(self) -> frozenset[Operation]:
        """Method and full path of each operation, parameters without their names."""
        return frozenset(
            (method, _PARAMETER.sub("{}", self.prefix + path))
            for method, path, _ in self.document.operations()
        )


def settle(
    found: Iterable[FoundDocument], base_url: str, transport: Transport, deadline: float
) -> tuple[tuple[ApiDocument, ...], tuple[Note, ...]]:
    """The applications behind the documents, the root application first, and notes on the rest.

    Each of the documents is another one (`merge_places`).
    """
    notes: list[Note] = []
    documents = [d for d in found if _has_operations(d, notes)]
    sampler = _Sampler(transport, deadline)
    applications = []
    options = [prefix_candidates(document, base_url, notes) for document in documents]
    claims = Counter(prefix for candidates in options for prefix in candidates)
    templates = Counter(path for document in documents for path in _templates(document))
    for number, (document, candidates) in enumerate(zip(documents, options, strict=True)):
        disputed = len(candidates) > 1 or claims[candidates[0]] > 1
        # Another one with the same paths may be the same application, told where it really is.
        disputed = disputed or any(templates[path] > 1 for path in _templates(document))
        if disputed and number < MAX_SAMPLED_DOCUMENTS:
            applications.append(sampler.decide(document, candidates, notes))
        else:
            applications.append(Application(document, candidates[0]))
    return arrange(_without_dead(applications, notes), base_url, notes), tuple(notes)


def settle_one(
    document: FoundDocument, base_url: str, transport: Transport, deadline: float
) -> tuple[Application, tuple[Note, ...]]:
    """A document that was asked for by its address, with its prefix."""
    notes: list[Note] = []
    candidates = prefix_candidates(document, base_url, notes)
    if len(candidates) > 1:
        return _Sampler(transport, deadline).decide(document, candidates, notes), tuple(notes)
    return Application(document, candidates[0]), tuple(notes)


def arrange(
    applications: list[Application], base_url: str, notes: list[Note]
) -> tuple[ApiDocument, ...]:
    """The applications in order and with their names, nothing twice; says so in `notes`."""
    base_path = urlsplit(base_url).path.rstrip("/")
    applications.sort(key=lambda a: (a.prefix not in ("", base_path), a.prefix, -_version(a)))
    applications = _without_twins(applications, notes)
    return named(_each_operation_once(applications, notes), base_path)


def merge_places(found: Iterable[FoundDocument]) -> list[FoundDocument]:
    """One entry for each different document, with all the places that serve it."""
    merged: dict[str, FoundDocument] = {}
    for document in found:
        text = json.dumps(document.spec, sort_keys=True, default=str)
        key = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
        merged[key] = merged[key].also_at(document) if key in merged else document
    return list(merged.values())


def _templates(document: FoundDocument) -> frozenset[str]:
    return frozenset(path for _, path, _ in document.operations())


def _has_operations(document: FoundDocument, notes: list[Note]) -> bool:
    if next(document.operations(), None) is not None:
        return True
    notes.append(Note(document.url, "describes no operations"))
    return False


# ── Prefixes ──────────────────────────────────────────────────────────────────────────────────────


def prefix_candidates(document: FoundDocument, base_url: str, notes: list[Note]) -> tuple[str, ...]:
    """The prefixes that the paths of a document may have, the most trusted first; at least one."""
    servers = declared_servers(document.spec, document.url)
    host = urlsplit(document.url).netloc.lower()
    foreign = [s for s in servers if s.host not in ("", host)]
    own = [s for s in servers if s.host in ("", host)]
    if foreign and not own:
        message = f"says that its API is at {foreign[0].host}; the host that was given is used"
        notes.append(Note(document.url, message))
    declared = [s.path for s in own] or [s.path for s in foreign[:1]]
    directories = [places.document_directory(urlsplit(url).path) for url in document.places]
    if declared and declared[0] in directories:
        return (declared[0],)
    templates = [path for _, path, _ in document.operations()]
    within = [d for d in directories if d and all(p.startswith(f"{d}/") for p in templates)]
    if within and not any(declared):
        return ("",)  # the paths hold the prefix already
    base_path = urlsplit(base_url).path.rstrip("/")
    # Below a mount its directory is the better guess, and the root, where it is served, is not.
    candidates = dict.fromkeys((*declared, *directories, base_path, ""))
    return tuple(candidates)[:MAX_CANDIDATES]


class _Sampler:
    """Asks for a few documented paths. Every URL is asked once."""

    def __init__(self, transport: Transport, deadline: float) -> None:
        self._transport = transport
        self._deadline = deadline
        self._replies: dict[str, Reply | TransportFailure] = {}
        self._missing = secrets.token_hex(8)

    def decide(
        self, document: FoundDocument, candidates: tuple[str, ...], notes: list[Note]
    ) -> Application:
        """The document under the candidate whose paths answer best; the first where none does."""
        paths = sample_paths(document)
        parts = urlsplit(document.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        self._ask(
            f"{origin}{prefix}{path}"
            for prefix in candidates
            for path in (*paths, f"/{self._missing}")
            if paths
        )
        rated = [self._rate(document, origin, prefix, paths) for prefix in candidates]
        best = max(rated, key=lambda application: application.score)
        if best.score == 0 and len(candidates) > 1:
            tried = ", ".join(prefix or "/" for prefix in candidates)
            message = f"its paths are taken to begin at {candidates[0] or '/'} (of {tried})"
            notes.append(Note(document.url, f"{message}: no documented path could confirm it"))
            return replace(rated[0], dead=all(application.dead for application in rated))
        return best

    def _rate(
        self, document: FoundDocument, origin: str, prefix: str, paths: tuple[str, ...]
    ) -> Application:
        absent = self._replies.get(f"{origin}{prefix}/{self._missing}")
        score = missing = 0
        for path in paths:
            reply = self._replies.get(f"{origin}{prefix}{path}")
            if not isinstance(reply, Reply) or not isinstance(absent, Reply):
                continue
            if not same_answer(reply, absent):
                score += 2 if reply.status < 300 else int(reply.status not in (404, 410))
            elif reply.status == 404 or reply.status < 300:
                missing += 1
        return Application(document, prefix, score, dead=0 < len(paths) == missing)

    def _ask(self, urls: Iterable[str]) -> None:
        new = [url for url in dict.fromkeys(urls) if url not in self._replies]
        left = self._deadline - time.monotonic()
        if not new or left <= 0:
            return

        def get(url: str) -> Reply | TransportFailure:
            seconds = min(_REQUEST_SECONDS, self._deadline - time.monotonic())
            return self._transport.get(url, timeout=seconds)

        self._replies.update(each_in_threads(get, new, places.WORKERS))


def sample_paths(document: FoundDocument) -> tuple[str, ...]:
    """Documented paths that a GET without parameters may be sent to, harmless by their names."""
    items = dict(document.path_items())
    suitable = [
        path
        for method, path, operation in document.operations()
        if method == "GET"
        and "{" not in path
        and len(path) <= 500
        and not places.UNSAFE_WORDS.search(f"{path} {operation.get('operationId', '')}")
        and not _requires_parameters(items[path], operation)
    ]
    # The shallow ones are the quickest and the least special.
    return tuple(sorted(suitable, key=lambda path: (path.count("/"), len(path)))[:SAMPLE_PATHS])


def _requires_parameters(item: Mapping[str, Any], operation: Mapping[str, Any]) -> bool:
    levels = (item.get("parameters"), operation.get("parameters"))
    listed = [p for part in levels if isinstance(part, list) for p in part]
    return any(isinstance(p, dict) and p.get("required") is True for p in listed)


# ── Which documents stay ──────────────────────────────────────────────────────────────────────────


def _without_dead(applications: list[Application], notes: list[Note]) -> list[Application]:
    """Where one document's paths answer, those whose paths do not are left out."""
    if not any(application.score for application in applications):
        return applications
    for application in applications:
        if application.dead:
            message = "left out: none of the paths that were tried answers, unlike another document"
            notes.append(Note(application.document.url, message))
    return [application for application in applications if not application.dead]


def _version(application: Application) -> float:
    numbers = re.match(r"\d+(\.\d+)?", document_version(application.document.spec))
    return float(numbers[0]) if numbers else 0.0


def _without_twins(applications: list[Application], notes: list[Note]) -> list[Application]:
    """Without those whose operations all stand in another one, the newer version staying."""
    kept: list[Application] = []
    known = {id(application): application.operations() for application in applications}
    for application in applications:
        own = known[id(application)]
        rival = next(
            (
                other
                for other in applications
                if other is not application and own <= known[id(other)]
                # Of equals, the one that comes first stays.
                if own < known[id(other)]
                or applications.index(other) < applications.index(application)
            ),
            None,
        )
        if rival is None:
            kept.append(application)
        else:
            version = document_version(application.document.spec)
            message = f"left out: {rival.document.url} documents all its operations too"
            notes.append(
                Note(application.document.url, f"{message} (this one is version {version})")
            )
    return kept


def _each_operation_once(applications: list[Application], notes: list[Note]) -> list[Application]:
    """The applications with an operation that several document in the first of them only."""
    seen: set[Operation] = set()
    result = []
    for application in applications:
        own = application.operations()
        repeated = own & seen
        seen |= own
        if repeated:
            count = f"{len(repeated)} operations" if len(repeated) > 1 else "1 operation"
            message = f"{count} counted once: another document has them too"
            notes.append(Note(application.document.url, message))
            document = replace(application.document, spec=_without(application, repeated))
            result.append(replace(application, document=document))
        else:
            result.append(application)
    return result


def _without(application: Application, repeated: frozenset[Operation]) -> dict[str, Any]:
    document = application.document
    paths = dict(document.path_items())
    for method, path, _ in document.operations():
        if (method, _PARAMETER.sub("{}", application.prefix + path)) in repeated:
            paths[path] = {k: v for k, v in paths[path].items() if k != method.lower()}
    return {**document.spec, "paths": paths}


# ── Names ─────────────────────────────────────────────────────────────────────────────────────────


def named(applications: list[Application], base_path: str = "") -> tuple[ApiDocument, ...]:
    """The applications with their names: `main` for the root, the others after their mounts."""
    names: list[str] = []
    for application in applications:
        choices = ["main"] if _is_root(application, base_path) and "main" not in names else []
        if application.prefix not in ("", base_path):
            choices += _mount_names(application.prefix) or (["main"] if not names else [])
        choices += [_title(application), "api"]
        free = next((name for name in choices if name and name not in names), None)
        names.append(free or _numbered(choices[0] or "api", names))
    # Two versions of one application are told apart in both names.
    tails = [_mount_names(a.prefix)[:1] for a in applications]
    for index, application in enumerate(applications):
        longer = _mount_names(application.prefix)[1:2]
        if longer and tails.count(tails[index]) > 1 and names[index] == tails[index][0]:
            names[index] = longer[0] if longer[0] not in names else names[index]
    return tuple(
        ApiDocument(
            name,
            a.prefix,
            a.document.url,
            a.document.spec,
            a.document.docs_url,
            a.document.related,
        )
        for name, a in zip(names, applications, strict=True)
    )


def _is_root(application: Application, base_path: str) -> bool:
    """Whether the application, or at least its document, is where the host or base URL is."""
    web = [url for url in application.document.places if url.startswith(("http://", "https://"))]
    directories = {places.document_directory(urlsplit(url).path) for url in web}
    return not {application.prefix, *directories}.isdisjoint({"", base_path})


def _mount_names(prefix: str) -> list[str]:
    """Names for a mount, the shortest first: `c`, `b-c`, `a-b-c`; none if no segment tells."""
    segments = [_NOT_IN_NAME.sub("_", segment).strip("_") for segment in prefix.split("/")]
    segments = [segment for segment in segments if segment]
    telling = [i for i, segment in enumerate(segments) if not _VERSION_SEGMENT.fullmatch(segment)]
    if not telling:
        return []
    last = telling[-1]
    return ["-".join(segments[start : last + 1]) for start in range(last, -1, -1)]


def _title(application: Application) -> str:
    info = application.document.spec.get("info")
    title = info.get("title") if isinstance(info, dict) else ""
    return _NOT_IN_NAME.sub("_", title)[:40].strip("_").lower() if isinstance(title, str) else ""


def _numbered(name: str, taken: list[str]) -> str:
    return next(f"{name}-{n}" for n in range(2, len(taken) + 3) if f"{name}-{n}" not in taken)
