"""From a load plan to checked source text."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, StrictUndefined, Template

from benchmark import __version__
from benchmark.generators.locust_generator.source_guard import check_source
from benchmark.generators.locust_generator.source_text import WIDTH, prose
from benchmark.generators.locust_generator.views import FileView, FileWriter
from benchmark.models import LoadPlan

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


def render_locustfile(plan: LoadPlan, file_name: str = "locustfile.py") -> str:
    """The locustfile of a plan, checked and ready to write. `file_name` is shown in its heading.

    Raises BenchmarkError if the result holds anything that our templates do not write.
    """
    file = FileWriter(plan).view()
    shortest, longest = plan.wait_time
    tasks = list(plan.tasks())
    enabled = sum(task.readiness.enabled for task in tasks)
    source = _template().render(
        title=f"Load test: {enabled} of {len(tasks)} operations enabled.",
        version=__version__,
        host=prose(plan.base_url),
        file_name=prose(file_name),
        credentials=any(user.security_schemes or user.sign_in for user in plan.users),
        import_line=_import_line(file),
        file=file,
        seed=plan.seed,
        shortest=_number(shortest),
        longest=_number(longest),
    )
    check_source(source)
    return source


def _number(seconds: float) -> str:
    """A number of seconds without a needless `.0`."""
    return repr(int(seconds) if float(seconds).is_integer() else float(seconds))


def _import_line(file: FileView) -> str:
    line = f"from benchmark.engine import {', '.join(file.imports)}"
    if len(line) <= WIDTH:
        return line
    return "\n".join(["from benchmark.engine import (", *(f"    {n}," for n in file.imports), ")"])


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(  # noqa: S701  # it prints Python, not HTML; see source_guard
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    text = (TEMPLATES / "locustfile.py.jinja").read_text(encoding="utf-8")
    return environment.from_string(text)
