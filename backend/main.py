"""The application for a server of ASGI: `python -m uvicorn main:app`, in this folder or elsewhere.

From here the folder's parent must be searched, and this folder must not: its modules would be found
by two names.
"""
# ruff: noqa: E402  # the package is found after the first lines only

from __future__ import annotations

import sys
from pathlib import Path

_STARTUP_FAILURE = 3
"""After any other code, uvicorn starts its workers again and again."""

_HERE = Path(__file__).resolve().parent
sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != _HERE]
sys.path.insert(0, str(_HERE.parent))

from backend.app import create_app
from benchmark.errors import BenchmarkError

try:
    app = create_app()
except BenchmarkError as error:  # a wrong setting; the server would show where we found it
    sys.stderr.write(f"error: {error}\n")
    sys.exit(_STARTUP_FAILURE)
