"""The frame of every page that we write: its templates, its policy, and how text gets into it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from benchmark.utils import figures
from benchmark.utils.text_safety import clean_text

_TEMPLATES = Path(__file__).resolve().parents[1] / "templates"
_OPTION = re.compile(r"(?<![\w-])(--[a-z][a-z-]*(?: \d+)?)")
_UNIT = re.compile(r"(\d) (ms|s|min|%|kB|MB|GB)(?![\w%])")


def render_page(template: str, values: Mapping[str, Any], own_style: str) -> str:
    """A page from a template that extends `page.html.jinja`; `own_style` adds to the common style.

    Everything is escaped, and nothing but our style and script acts: the page's policy names both
    by their digests, and lets nothing be loaded from anywhere.
    """
    style, script = _asset("page.css") + "\n" + _asset(own_style), _asset("page.js")
    policy = (
        "default-src 'none'",
        f"style-src-elem '{_digest(style)}'",
        "style-src-attr 'unsafe-inline'",  # places in charts are attributes
        f"script-src '{_digest(script)}'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    )
    return (
        _jinja()
        .get_template(template)
        .render(
            **values,
            style=Markup(style),  # noqa: S704  # our own file
            script=Markup(script),  # noqa: S704  # our own file
            policy="; ".join(policy),
        )
    )


def _jinja() -> Environment:
    jinja = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.filters |= {
        "number": figures.number,
        "ms": figures.milliseconds,
        "percent": figures.percent,
        "size": figures.size,
        "seconds": figures.seconds,
        "moment": figures.moment,
        "count": lambda number: f"{number:,}",
        "clean": clean_text,
        "path": _path,
        "prose": _prose,
    }
    jinja.globals["plural"] = figures.plural
    return jinja


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _asset(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8").strip()


def _prose(text: str) -> Markup:
    """Our sentences, with command-line options and figures with their units kept on one line."""
    escaped = str(escape(clean_text(text, 800)))
    escaped = _OPTION.sub(r"<code>\1</code>", escaped)
    return Markup(_UNIT.sub("\\1\u00a0\\2", escaped))  # noqa: S704  # escaped above


def _path(text: str) -> Markup:
    """A path that may be broken after its slashes."""
    escaped = str(escape(clean_text(text)))
    return Markup(escaped.replace("/", "/<wbr>"))  # noqa: S704  # escaped above
