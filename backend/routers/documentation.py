"""/docs and /redoc: pages without a line of script in them, all files from the service itself.

Paths in the pages are relative, so that they are right behind a proxy's prefix, too.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter
from fastapi import Path as PathParameter
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from backend.problems import Problem

router = APIRouter(include_in_schema=False)

_FILES = Path(__file__).resolve().parent.parent / "static"
_TYPES = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "swagger-start.js": "text/javascript",
    "redoc.standalone.js": "text/javascript",
    "redoc-start.js": "text/javascript",
    "pages.css": "text/css",
    "icon.svg": "image/svg+xml",
}
_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>stress-api</title>
<link rel="icon" href="docs/icon.svg" type="image/svg+xml">
"""
_SWAGGER = f"""{_HEAD}<link rel="stylesheet" href="docs/swagger-ui.css">
<link rel="stylesheet" href="docs/pages.css">
</head>
<body>
<div id="swagger-ui"></div>
<noscript>This page needs JavaScript. The document is <a href="openapi.json">here</a>.</noscript>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/swagger-start.js"></script>
</body>
</html>
"""
_REDOC = f"""{_HEAD}<link rel="stylesheet" href="docs/pages.css">
</head>
<body>
<div id="redoc"></div>
<noscript>This page needs JavaScript. The document is <a href="openapi.json">here</a>.</noscript>
<script src="docs/redoc.standalone.js"></script>
<script src="docs/redoc-start.js"></script>
</body>
</html>
"""


@router.get("/docs", response_class=HTMLResponse)
async def show_docs() -> HTMLResponse:
    """Every route, to be tried."""
    return HTMLResponse(_SWAGGER)


@router.get("/redoc", response_class=HTMLResponse)
async def show_redoc() -> HTMLResponse:
    """Every route, to be read."""
    return HTMLResponse(_REDOC)


@router.get("/docs/{name}")
def get_file(name: Annotated[str, PathParameter(max_length=100)]) -> Response:
    """A script or a style of these pages."""
    kind = _TYPES.get(name)
    if kind is None:
        raise Problem(404, "there is no such file", "see /docs")
    return FileResponse(
        _FILES / name, media_type=kind, headers={"Cache-Control": "public, max-age=3600"}
    )


@router.get("/")
async def show_start() -> RedirectResponse:
    """For those who open the service in a browser."""
    return RedirectResponse("docs")
