"""Keeps what must import Locust out of this process; `test_inside_locust.py` runs it in another."""

from __future__ import annotations

import os

collect_ignore = [] if "TEST_INSIDE_LOCUST" in os.environ else ["inside_locust"]
