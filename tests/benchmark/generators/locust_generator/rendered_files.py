"""Rendered files for tests, and ways to look into them."""

from __future__ import annotations

import ast
import subprocess
import sys
import textwrap
from typing import Any

from benchmark.generators.locust_generator import render_locustfile
from benchmark.models import ApiSpec, LoadPlan, Node, PlannedTask, PlannedUser, Recipe
from tests.benchmark.generators.small_apis import planned


def rendered(spec: ApiSpec | list[ApiSpec], **options: Any) -> str:
    """The file for one or several APIs."""
    return render_locustfile(planned(spec, **options))


def method(source: str, name: str) -> str:
    """The source of a method, its statements only."""
    node = next(
        one
        for one in ast.walk(ast.parse(source))
        if isinstance(one, ast.FunctionDef) and one.name == name
    )
    lines = source.split("\n")[node.lineno : node.end_lineno]
    text = textwrap.dedent("\n".join(lines))
    return text.partition('"""\n')[2] or text if text.startswith('"""') else text


def one_task(body: Node, media: str, method: str = "POST") -> LoadPlan:
    """A plan of one operation with that body."""
    task = PlannedTask(f"{method} /a", "act", method, "/a", "", 1, Recipe((), media, body))
    return LoadPlan("http://x", 0, (1, 3), (PlannedUser("MainUser", "", ("main",), 1, (task,)),))


def undefined_or_unused(*sources: str) -> str:
    """What ruff finds wrong with names, imports and syntax."""
    found = []
    for source in sources:
        done = subprocess.run(
            [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "E9,F", "-"],
            input=source, capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
        found.append(done.stdout if done.returncode else "")
    return "".join(found)
