"""The application for a server of ASGI: `python -m uvicorn main:app`, in this folder or elsewhere.

From here the folder's parent must be searched, and this folder must not: its modules would be found
by two names.
"""
# ruff: noqa: E402  # the package is found after the first lines only

from __future__ import annotations

import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent
sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != _HERE]
sys.path.insert(0, str(_HERE.parent))

from backend.app import create_app

app = create_app()
