"""The settings of a run from the body of a start request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.settings import Limits
from benchmark.settings import BenchmarkConfig


def run_config(
    request: Mapping[str, Any], limits: Limits, resolve: tuple[str, ...] = ()
) -> BenchmarkConfig:
    """What a start request asks of the pipeline, within the limits of the service.

    Raises UsageError, in the words of the request, for what is wrong or more than is allowed.
    """
    raise NotImplementedError
