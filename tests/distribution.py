"""Which tests go to the same process where pytest-xdist runs several: `pytest -n 5`."""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

ONE_BY_ONE = (
    "tests/end_to_end/",
    "tests/benchmark/engine/",
    "tests/benchmark/generators/probe/test_probed_servers.py",
)
"""Files whose tests take long, and share nothing that is dear to make."""

TOGETHER = (
    "tests/end_to_end/test_hostile_documents.py",
    "tests/end_to_end/test_readme_service.py",
    "tests/end_to_end/test_service_story.py",
)
"""Files among them whose tests look at what one fixture made in a minute."""


def is_dealt_out_alone(path: str) -> bool:
    """Whether the tests of a file go to any process, one by one."""
    return path.startswith(ONE_BY_ONE) and path not in TOGETHER


class Scheduler(LoadScopeScheduling):
    """Deals out files, and single tests where they take long, in the order of collection."""

    def __init__(self, config: pytest.Config, log: Any) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        """What a test is dealt out with: tests with the same answer stay together."""
        path = nodeid.partition("::")[0]
        return nodeid if is_dealt_out_alone(path) else path
