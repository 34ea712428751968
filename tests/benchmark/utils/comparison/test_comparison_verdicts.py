"""From intervals to answers."""

from __future__ import annotations

import math

import pytest

from benchmark.models.comparison import MOST_RUNS
from benchmark.utils.comparison import student
from benchmark.utils.comparison.verdicts import LogRatio, judge

MARGIN = math.log1p(0.05)


def ratio(
    value: float, error: float, *, limit: float = MARGIN, more_is_worse: bool = True
) -> LogRatio:
    """A ratio with a standard error of its logarithm, on many degrees of freedom."""
    return LogRatio(math.log(value), error, 1000.0, MARGIN, limit, more_is_worse)


def answers(*ratios: LogRatio) -> list[str]:
    """The answers to ratios that are judged together."""
    return [verdict.answer for verdict in judge(ratios, 1)]


def test_the_four_answers() -> None:
    """Beyond the margin, on either side; within it; and neither."""
    judged = answers(ratio(1.2, 0.02), ratio(0.8, 0.02), ratio(1.01, 0.01), ratio(1.04, 0.05))
    assert judged == ["regressed", "improved", "equivalent", "cannot tell"]


def test_less_throughput_is_a_regression() -> None:
    """For throughput, more is better."""
    assert answers(ratio(0.8, 0.02, more_is_worse=False)) == ["regressed"]


def test_a_change_within_the_margin_is_none() -> None:
    """However certain a change of 3 % is, it is no regression."""
    assert answers(ratio(1.03, 0.0001)) == ["equivalent"]


def test_many_operations_need_more_certainty() -> None:
    """What is certain enough alone is not among a hundred (Holm); what is very certain stays."""
    doubtful = ratio(1.15, 0.04)
    assert answers(doubtful) == ["regressed"]
    crowd = [ratio(1.0, 0.04)] * 100
    assert answers(doubtful, *crowd)[0] == "cannot tell"
    assert answers(ratio(1.5, 0.04), *crowd)[0] == "regressed"


def test_changes_that_cannot_be_measured_are_not_claimed() -> None:
    """With a limit above the margin, a change between both is neither one nor the same."""
    between = judge([ratio(1.2, 0.01, limit=math.log(1.5))], 1)[0]
    assert (between.answer, between.more_runs) == ("cannot tell", 0)
    assert answers(ratio(1.7, 0.01, limit=math.log(1.5))) == ["regressed"]


def test_more_runs_are_asked_for_by_the_square_root_law() -> None:
    """An interval twice too wide needs four times the runs; one on the margin never ends."""
    error = 2 * MARGIN / student.quantile(0.975, 1000.0)
    assert judge([ratio(1.0, error)], 1)[0].more_runs == 3
    assert judge([ratio(1.05, 0.05)], 1)[0].more_runs == MOST_RUNS


def test_nothing_known_is_not_certain() -> None:
    """An infinite error, as of a single whole run, decides nothing."""
    judged = judge([LogRatio(3.0, math.inf, 1.0, MARGIN, MARGIN)], 1)[0]
    assert judged.answer == "cannot tell"
    assert judged.more_runs == MOST_RUNS


@pytest.mark.parametrize(
    ("probability", "freedom", "value"),
    [(0.975, 1, 12.7062), (0.975, 3, 3.18245), (0.9995, 4, 8.61030), (0.975, 10, 2.22814),
     (0.95, 30, 1.69726), (0.995, 1000, 2.58075)],
)  # fmt: skip
def test_quantiles_of_student_are_those_of_the_tables(
    probability: float, freedom: float, value: float
) -> None:
    """Also for few degrees of freedom, where approximations are wrong."""
    assert student.quantile(probability, freedom) == pytest.approx(value, rel=1e-4)
    assert student.tail(value, freedom) == pytest.approx(1 - probability, rel=1e-3)
