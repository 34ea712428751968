"""What the first line of a timeline says of a run, so that the file can be read without us."""

from __future__ import annotations

from benchmark.models import LoadProfile
from benchmark.settings import BenchmarkConfig
from benchmark.utils.reporters.environment import describe_environment
from benchmark.utils.text_safety import mask_secrets
from benchmark.utils.timeline_lines import profile_to_json


def run_facts(profile: LoadProfile, config: BenchmarkConfig) -> dict[str, object]:
    """The load, its conditions, and how and where it was started; no secrets."""
    return {
        "test_type": profile.name,
        "profile": profile_to_json(profile),
        "wait_time": config.pauses,
        "seed": config.seed,
        "thresholds": [threshold.text for threshold in config.threshold],
        "abort_on": [condition.text for condition in config.abort_on],
        "command": mask_secrets(config.command, config.credentials.secrets()),
        "environment": describe_environment(),
    }
