"""Reports of comparisons: for the terminal, for pull requests, for browsers, for programs."""

from benchmark.utils.comparison_document import comparison_to_json, comparisons_to_json
from benchmark.utils.reporters.comparison.html import render_comparison_html
from benchmark.utils.reporters.comparison.markdown import comparison_markdown
from benchmark.utils.reporters.comparison.text import write_comparison_text

__all__ = [
    "comparison_markdown",
    "comparison_to_json",
    "comparisons_to_json",
    "render_comparison_html",
    "write_comparison_text",
]
