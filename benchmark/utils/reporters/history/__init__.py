"""Reporters of a history: for the terminal, as Markdown, as JSON and as a page."""

from benchmark.utils.reporters.history.html import render_history
from benchmark.utils.reporters.history.json_document import history_to_json
from benchmark.utils.reporters.history.markdown import write_history_markdown
from benchmark.utils.reporters.history.text import write_history_text

__all__ = [
    "history_to_json",
    "render_history",
    "write_history_markdown",
    "write_history_text",
]
