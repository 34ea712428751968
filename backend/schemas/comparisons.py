"""What changed from one test to another."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from backend.schemas.common import Answer

Verdict = Literal["regressed", "improved", "equivalent", "cannot tell"]


class ComparedMetric(Answer):
    """How one metric changed. Null is what cannot be divided."""

    base: float = Field(description="Milliseconds, requests per second, or a share.")
    new: float
    ratio: float | None = Field(description="New divided by base.")
    low: float | None = Field(description="From here …")
    high: float | None = Field(description="… to here the ratio is, with 95 % confidence.")
    limit: float = Field(description="Beyond this ratio a change counts.")
    answer: Verdict
    more_runs: int = Field(ge=0, description="So many more on each side would probably decide it.")
    reason: str = Field(description="Why it cannot be told.")


class ComparedOperation(Answer):
    """How one operation changed, or all together (`method` "" and `name` "Total")."""

    method: str
    name: str
    answer: Verdict
    more_runs: int = Field(ge=0)
    reason: str
    base_requests: int = Field(ge=0)
    new_requests: int = Field(ge=0)
    metrics: dict[str, ComparedMetric] = Field(description="p50, p95, throughput, failures.")


class ComparedTest(Answer):
    """One of the two tests."""

    label: str
    target_url: str
    started_at: str
    runs: int
    seconds: float = Field(description="How much of it was compared.")
    blocks: int = Field(description="In so many pieces of time.")
    skipped_s: float = Field(description="Left out at the beginning, as warm-up.")
    files: list[str]


class ComparedResults(Answer):
    """From the first result of the path (`base`) to the second (`new`)."""

    result_id: str = Field(json_schema_extra={"format": "uuid"})
    other_id: str = Field(json_schema_extra={"format": "uuid"})
    schema_version: int
    answer: Verdict
    margin: float = Field(description="The share that counts as no change.")
    base: ComparedTest
    new: ComparedTest
    notes: list[str] = Field(description="What speaks against the numbers, or limits them.")
    total: ComparedOperation
    operations: list[ComparedOperation]
    only_in_base: list[str]
    only_in_new: list[str]
