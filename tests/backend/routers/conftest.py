"""A service that the tests of a file share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.services import RunningService, running_service, service_settings


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A service without tokens, with a database and a folder of its own."""
    with running_service(service_settings(tmp_path_factory.mktemp("service"))) as running:
        yield running
