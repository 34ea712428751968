"""The guide of the service says what the service is: its settings and its routes."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from backend.app import create_app
from backend.settings import Limits, ServiceSettings, load_settings

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs/service.md").read_text(encoding="utf-8")
SETTINGS = dict(re.findall(r"^\| `([A-Z_]+)` \| ([^|]*) \|", GUIDE, re.MULTILINE))


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> ServiceSettings:
    """Those of an empty environment."""
    return load_settings({})


def test_every_setting_is_in_the_guide_with_its_default(settings: ServiceSettings) -> None:
    """None is missing, none is made up, and numbers are those of the program."""
    known: dict[str, Any] = {}
    for holder in (settings, settings.limits):
        for each in fields(holder):
            if each.name != "limits":
                known[f"STRESS_API_{each.name.upper()}"] = getattr(holder, each.name)
    known["DATABASE_URL"] = known.pop("STRESS_API_DATABASE_URL")
    assert SETTINGS.keys() == known.keys()
    for name, value in known.items():
        if isinstance(value, int | float):
            assert float(SETTINGS[name]) == value, name
        elif value == ():
            assert SETTINGS[name] == "none", name
    assert len(fields(Limits)) == len([name for name in known if "_MAX_" in name])


def test_every_route_is_in_the_guide(settings: ServiceSettings) -> None:
    """Method and path of each documented operation stand in its table of routes."""
    table = GUIDE.partition("## Routes")[2].partition("\n## ")[0]
    said = set()
    for methods, path in re.findall(r"`((?:[A-Z]+(?:`, `| · |, )?)+) ?(/[^`]*|…[^`]*)`", table):
        said |= {(method, path) for method in re.findall("[A-Z]+", methods)}
    document = create_app(settings).openapi()
    for path, item in document["paths"].items():
        for method in item:
            assert (method.upper(), path) in said, f"{method.upper()} {path}"
