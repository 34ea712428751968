"""Reporters of a capacity: text, JSON and HTML, each a function of the answer."""

from benchmark.utils.reporters.capacity.document import capacity_to_json
from benchmark.utils.reporters.capacity.files import write_capacity
from benchmark.utils.reporters.capacity.html import render_capacity_html
from benchmark.utils.reporters.capacity.text import write_capacity_text

__all__ = ["capacity_to_json", "render_capacity_html", "write_capacity", "write_capacity_text"]
