"""/docs and /redoc, as far as they can be judged without a browser."""

from __future__ import annotations

import re

import pytest

from tests.services import RunningService


@pytest.mark.parametrize("page", ["/docs", "/redoc"])
def test_pages_need_nobody_else(service: RunningService, page: str) -> None:
    """A page names files of the service alone, and holds no script of its own."""
    reply = service.ask("GET", page)
    assert reply.status_code == 200
    assert "http" not in reply.text.replace("http-equiv", "")
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", reply.text, re.DOTALL)
    assert scripts
    assert all("src=" in attributes and not content for attributes, content in scripts)
    policy = reply.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    for file in re.findall(r'(?:src|href)="(docs/[^"]+)"', reply.text):
        answer = service.ask("GET", f"/{file}")
        assert answer.status_code == 200, file
        assert len(answer.content) > 50


@pytest.mark.parametrize("name", ["nothing.js", "README.md", "..%2fapp.py", "redoc.LICENSE"])
def test_only_files_of_the_pages_are_given(service: RunningService, name: str) -> None:
    """Whatever else lies in their folder, or beside it, is not there."""
    assert service.ask("GET", f"/docs/{name}").status_code == 404


def test_the_first_page_leads_on(service: RunningService) -> None:
    """Who opens the service in a browser gets to the documentation."""
    reply = service.ask("GET", "/", allow_redirects=False)
    assert reply.headers["location"] == "docs"
