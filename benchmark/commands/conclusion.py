"""The last line of a run, and its exit code: what stopped it, what failed, what is worse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmark.console import print_error
from benchmark.errors import INTERRUPTED, UNMET, BenchmarkError, TargetError
from benchmark.models import Report, ThresholdVerdict
from benchmark.thresholds import by_threshold, in_words
from benchmark.utils.comparison_words import headline
from benchmark.utils.figures import plural
from benchmark.utils.silence import silence_at_end


def conclude(reports: Sequence[Report]) -> int:
    """Say on stderr which conditions did not hold; the exit code of the command."""
    several = len(reports) > 1
    for report in reports:
        run = f"{report.result.test_type}: " if several else ""
        for complaint in _complaints(report):
            print_error(run + complaint)
    return exit_code(reports)


def exit_code(reports: Sequence[Report]) -> int:
    """That of the worst that happened to a run."""
    statuses = {report.result.status for report in reports}
    if "interrupted" in statuses:
        return INTERRUPTED
    if "failed" in statuses:
        failed = (report.result for report in reports if report.result.status == "failed")
        died = all(silence_at_end(result.timeline) is not None for result in failed)
        return TargetError.exit_code if died else BenchmarkError.exit_code
    held = all(verdict.held for report in reports for verdict in report.thresholds)
    worse = any(map(_is_worse, reports))
    return UNMET if "aborted" in statuses or not held or worse else 0


def _is_worse(report: Report) -> bool:
    """Whether something regressed, or nobody can say so although that was asked."""
    comparison = report.comparison
    return bool(report.not_compared) or (
        comparison is not None and comparison.answer == "regressed"
    )


def _complaints(report: Report) -> Iterator[str]:
    if report.result.status in ("aborted", "failed"):
        was = "was aborted" if report.result.status == "aborted" else "has failed"
        yield f"The run {was}: {report.result.status_reason}"
    if report.not_compared:
        yield f"Not compared with the baseline: {report.not_compared}"
    elif report.comparison is not None and _is_worse(report):
        yield f"Worse than the baseline: {headline(report.comparison)}"
    verdicts = by_threshold(report.thresholds)
    failed = [_failure(each) for each in verdicts.values() if not all(one.held for one in each)]
    if failed:
        yield f"{len(failed)} of {plural(len(verdicts), 'threshold')} failed: {'; '.join(failed)}"


def _failure(verdicts: Sequence[ThresholdVerdict]) -> str:
    """A threshold, and what was measured where it failed first; of a pattern, how often besides."""
    failed = [verdict for verdict in verdicts if not verdict.held]
    threshold, operation = failed[0].threshold, failed[0].operation
    of = f" of {operation}" if operation != threshold.operation else ""
    more = f", and {plural(len(failed) - 1, 'other operation')}" if len(failed) > 1 else ""
    return f"{threshold.text} ({in_words(threshold, failed[0].measured)}{of}{more})"
