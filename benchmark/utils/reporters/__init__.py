"""Reporters: each is a function from reports to text or to a file, and nothing more."""

from benchmark.utils.reporters.environment import describe_environment
from benchmark.utils.reporters.html import render_html, write_html
from benchmark.utils.reporters.json_file import write_json
from benchmark.utils.reporters.text import write_suite, write_text

__all__ = [
    "describe_environment",
    "render_html",
    "write_html",
    "write_json",
    "write_suite",
    "write_text",
]
