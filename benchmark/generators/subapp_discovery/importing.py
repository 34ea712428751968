"""Reads the documents of an importable ASGI application, in a child process that imports it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmark.errors import BenchmarkError, DocumentError, TargetError, UsageError
from benchmark.generators.documents import is_openapi
from benchmark.generators.subapp_discovery.found import FoundDocument, operations
from benchmark.generators.subapp_discovery.mounts import Application, named
from benchmark.models import Discovery, Note, Target

_ROOT = Path(__file__).parents[3]
_ERRORS: dict[str, type[BenchmarkError]] = {
    "reference": UsageError,
    "import": TargetError,
    "documents": DocumentError,
}


def discover_from_app(
    target: Target, application: str, *, timeout_seconds: float = 60.0
) -> Discovery:
    """The documents of `module:attribute` and of everything mounted in it, with exact prefixes.

    Raises UsageError for a module or attribute that is missing or no ASGI application, TargetError
    where importing it fails or takes too long, DocumentError where it has no documents.
    """
    answer = _ask_child(application, timeout_seconds)
    error = answer.get("error")
    if error:
        kind = _ERRORS.get(str(error), TargetError)
        raise kind(str(answer.get("message", "")), str(answer.get("hint", "")))
    notes = [Note(str(note[0]), str(note[1])) for note in answer["notes"]]
    base_url = target.base_url.rstrip("/")
    base_path = "/" + base_url.split("/", 3)[3] if base_url.count("/") > 2 else ""
    origin = base_url.removesuffix(base_path)
    applications = []
    for found in answer["applications"]:
        prefix, spec = base_path + str(found["prefix"]), found["spec"]
        if not is_openapi(spec) or next(operations(spec), None) is None:
            notes.append(Note(f"{application} at {prefix or '/'}", "describes no operations"))
            continue
        page = found.get("docs_url")
        docs_url = f"{origin}{prefix}{page}" if page else None
        applications.append(Application(FoundDocument((application,), spec, docs_url), prefix))
    if not applications:
        raise DocumentError(
            f"{application} holds no application that documents an operation",
            "FastAPI applications document themselves; for others, name the document with --spec",
        )
    applications.sort(key=lambda a: a.prefix)
    return Discovery(target.base_url, named(applications, base_path), tuple(notes))


def _ask_child(application: str, timeout_seconds: float) -> dict[str, Any]:
    # The suite is importable in the child even where it was not installed.
    path = os.pathsep.join(part for part in (os.environ.get("PYTHONPATH"), str(_ROOT)) if part)
    child = subprocess.Popen(  # noqa: S603 - a list of arguments, no shell
        [sys.executable, "-m", "benchmark.generators.asgi_application", application],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path},
        start_new_session=True,
    )
    try:
        output, errors = child.communicate(timeout=timeout_seconds)
    except subprocess.TimeoutExpired as error:
        raise TargetError(
            f"importing {application} took more than {timeout_seconds:g} s",
            "the module should define the application, not run it",
        ) from error
    finally:
        _end(child)
    try:
        answer = json.loads(output)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        lines = errors.decode(errors="replace").strip().splitlines()
        last = f": {lines[-1][:300]}" if lines else ""
        raise TargetError(
            f"importing {application} ended the interpreter (exit code {child.returncode}){last}",
            "the module should define the application, not run it",
        )
    return answer


def _end(child: subprocess.Popen[bytes]) -> None:
    """End the child and whatever it started, if it still runs, and close its pipes."""
    if child.poll() is None:
        with contextlib.suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(child.pid, signal.SIGKILL)
            else:
                child.kill()
        child.wait()
    for pipe in (child.stdout, child.stderr):
        if pipe is not None:
            pipe.close()
