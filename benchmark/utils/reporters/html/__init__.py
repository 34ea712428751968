"""The HTML report: one file that needs nothing else, readable offline, on paper and on a phone."""

from benchmark.utils.reporters.html.report import render_html, write_html

__all__ = ["render_html", "write_html"]
