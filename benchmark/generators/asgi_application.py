"""Imports an ASGI application and prints the documents of it and of everything mounted in it.

Run as `python -m benchmark.generators.asgi_application module:attribute`, in a process of its own,
since importing an application runs its code. The answer is one JSON object on standard output;
whatever the application prints goes to standard error instead.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import json
import os
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MAX_DEPTH = 20
MAX_ROUTES = 20_000


class Problem(Exception):  # noqa: N818 - it never leaves this process
    """Why there is no answer: `kind` is reference, import or documents."""

    def __init__(self, kind: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.answer = {"error": kind, "message": message, "hint": hint}


def main(reference: str) -> dict[str, Any]:
    """The answer for `module:attribute`: applications with prefix and document, and notes."""
    try:
        application = load(reference)
        walk = _Walk(reference)
        walk.visit(application, "", 0)
    except Problem as problem:
        return problem.answer
    return {"applications": walk.applications, "notes": walk.notes}


def load(reference: str) -> Any:
    """The ASGI application that a reference names; an application factory is called."""
    module_name, colon, attribute = reference.rpartition(":")
    if not colon or not module_name or not attribute:
        raise Problem(
            "reference",
            f"{reference!r} does not name an application",
            "write it as --app package.module:attribute",
        )
    value: Any = _import(module_name)
    for name in attribute.split("."):
        if not hasattr(value, name):
            there = [n for n, v in vars(value).items() if _seems_application(n, v)][:5]
            hint = f"applications there: {', '.join(there)}" if there else "correct --app"
            raise Problem("reference", f"{module_name} has no attribute {attribute!r}", hint)
        value = getattr(value, name)
    if _is_factory(value):
        try:
            value = value()
        except Exception as error:
            raise _failed(f"the application factory {reference}", error) from error
    if not _is_asgi(value):
        wsgi = hasattr(value, "wsgi_app") or type(value).__name__ == "WSGIHandler"
        what = "a WSGI application" if wsgi else f"a {type(value).__name__}"
        raise Problem(
            "reference",
            f"{reference} is {what}, not an ASGI application",
            "name an ASGI application (FastAPI, Starlette), or use --spec or --host instead",
        )
    return value


def _import(name: str) -> Any:
    """The module of this name or in this file, from the working folder or the file's own."""
    file = Path(name)
    if name.endswith(".py") or "/" in name:
        file = file.with_suffix(".py")
        if not file.is_file():
            raise Problem("reference", f"there is no file {str(file)!r}", "correct --app")
        sys.path.insert(0, str(file.resolve().parent))
        name = file.stem
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(f"{error.name}.")):
            raise Problem(
                "reference",
                f"there is no module {name!r}",
                f"it is looked for in {Path.cwd()} and among the installed packages (--app)",
            ) from error
        raise _failed(name, error) from error
    except (Exception, SystemExit) as error:
        raise _failed(name, error) from error


def _failed(what: str, error: BaseException) -> Problem:
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    message = " ".join(str(error).split())[:300]
    return Problem(
        "import",
        f"importing {what} failed: {type(error).__name__}: {message}{place}",
        "start it by hand in this environment to see more",
    )


def _required(value: Any) -> int | None:
    """How many positional arguments a call needs; None where that cannot be said."""
    try:
        parameters = inspect.signature(value).parameters.values()
    except (TypeError, ValueError):
        return None
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(p.kind in kinds and p.default is inspect.Parameter.empty for p in parameters)


def _seems_application(name: str, value: Any) -> bool:
    if inspect.isfunction(value):
        return name.endswith("app") and _is_factory(value)
    return not inspect.isclass(value) and callable(value) and hasattr(value, "routes")


def _is_factory(value: Any) -> bool:
    return (inspect.isroutine(value) or inspect.isclass(value)) and _required(value) == 0


def _is_asgi(value: Any) -> bool:
    if inspect.isclass(value) or not callable(value):
        return False
    return hasattr(value, "routes") or _required(value) == 3


class _Walk:
    """Collects the documents of an application and of what is mounted in it."""

    def __init__(self, reference: str) -> None:
        self.applications: list[dict[str, Any]] = []
        self.notes: list[tuple[str, str]] = []
        self._reference = reference
        self._left = MAX_ROUTES

    def visit(self, application: Any, prefix: str, depth: int) -> None:
        """Take what the application documents, then everything mounted below it."""
        application = _unwrapped(application)
        where = f"{self._reference} at {prefix or '/'}"
        if depth > MAX_DEPTH:
            self.notes.append((where, f"is mounted deeper than {MAX_DEPTH} levels; left out"))
            return
        if not hasattr(application, "routes"):
            kind = type(application).__name__
            self.notes.append((where, f"{kind} has no routes and no document; left out"))
            return
        documented = callable(getattr(application, "openapi", None))
        if documented:
            self._document(application, prefix, where)
        plain = 0
        for route in self._routes(application):
            path = getattr(route, "path", None)
            mounted = getattr(route, "app", None)
            if hasattr(route, "host") and path is None:
                self.notes.append((where, f"what is served for host {route.host!r} is left out"))
            elif hasattr(route, "endpoint") or mounted is None or not isinstance(path, str):
                plain += 1
            elif "{" in path:
                self.notes.append((where, f"{path} has a parameter in its mount; left out"))
            else:
                self.visit(mounted, prefix + path.rstrip("/"), depth + 1)
        if plain and not documented:
            self.notes.append((where, f"{plain} routes have no document; left out"))

    def _document(self, application: Any, prefix: str, where: str) -> None:
        try:
            spec = application.openapi()
            json.dumps(spec)
        except Exception as error:  # the user's code may raise anything
            message = " ".join(str(error).split())[:300]
            self.notes.append((where, f"its document fails: {type(error).__name__}: {message}"))
            return
        docs_url = getattr(application, "docs_url", None)
        page = docs_url if isinstance(docs_url, str) else None
        self.applications.append({"prefix": prefix, "spec": spec, "docs_url": page})

    def _routes(self, application: Any) -> Iterator[Any]:
        for route in application.routes:
            self._left -= 1
            if self._left < 0:
                return
            yield route


def _unwrapped(application: Any) -> Any:
    """The application inside its middleware, which keeps it as `app`."""
    for _ in range(MAX_DEPTH):
        if hasattr(application, "routes") or not hasattr(application, "app"):
            break
        application = application.app
    return application


if __name__ == "__main__":
    # The answer keeps standard output for itself, against prints of the application.
    answer_file = os.dup(1)
    os.dup2(2, 1)
    sys.path.insert(0, str(Path.cwd()))
    content = json.dumps(main(sys.argv[1] if len(sys.argv) > 1 else "")).encode()
    with os.fdopen(answer_file, "wb") as stream:
        stream.write(content)
    sys.stderr.flush()
    # Threads that the application started would keep the process alive.
    os._exit(0)
