"""Strategies: which task comes next."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from locust import task
from locust.env import Environment

from benchmark.engine import ApiUser
from benchmark.engine.shared_tasks import SharedTasks
from benchmark.engine.strategies import next_tasks

WEIGHTS = st.dictionaries(st.text(max_size=3), st.integers(1, 12), min_size=1, max_size=12)


def by_weight(weights: dict[str, int]) -> list[str]:
    """The tasks as Locust lists them: each as often as its weight says."""
    return [name for name, weight in weights.items() for _ in range(weight)]


def first(strategy: str, tasks: list[str], number: int, user: int = 0) -> list[str]:
    """The first tasks of one user."""
    return list(islice(next_tasks(strategy, tasks, Random(user), user), number))


@given(WEIGHTS, st.integers(0, 1000))
def test_interleaved_gives_each_task_its_weight(weights: dict[str, int], user: int) -> None:
    """Over full cycles, wherever a user begins, each task comes exactly as often as it should."""
    tasks = by_weight(weights)
    cycles = first("interleaved", tasks, 2 * len(tasks), user)
    assert Counter(cycles) == Counter({name: 2 * weight for name, weight in weights.items()})


@given(WEIGHTS, st.integers(0, 100))
def test_sequential_gives_each_task_once(weights: dict[str, int], user: int) -> None:
    """In the order of the class, whatever the weights."""
    assert first("sequential", by_weight(weights), 2 * len(weights), user) == [*weights] * 2


def test_interleaved_is_smooth() -> None:
    """The classic example: the heavy task does not come in one run."""
    assert "".join(first("interleaved", by_weight({"a": 5, "b": 1, "c": 1}), 7)) == "aabacaa"


def test_users_begin_at_different_places() -> None:
    """Some users alone cover all tasks at once, and each does the same in every run."""
    tasks = by_weight(dict.fromkeys("abcdefgh", 2))
    begin = [first("interleaved", tasks, 1, user)[0] for user in range(8)]
    assert len(set(begin)) >= 6
    assert begin == [first("interleaved", tasks, 1, user)[0] for user in range(8)]


def test_huge_weights_cost_nothing() -> None:
    """Weights are brought down to their smallest terms, and the order is made as far as needed."""
    assert first("interleaved", ["a"] * 20_000 + ["b"] * 10_000, 3) == ["a", "b", "a"]
    assert len(first("interleaved", ["a"] * 20_001 + ["b"] * 10_000, 5, user=7)) == 5


def test_random_follows_the_weights() -> None:
    """Three quarters of many choices are the task with three quarters of the weight."""
    seen = Counter(first("random", by_weight({"a": 3, "b": 1}), 4000))
    assert 2800 < seen["a"] < 3200


def test_a_first_round_precedes_every_strategy() -> None:
    """Users share out one call of each task, then the strategy begins."""

    class Worker(ApiUser):
        host = "http://localhost"
        strategy = "sequential"

        @task(3)
        def one(self) -> None:
            """One."""

        @task(1)
        def two(self) -> None:
            """Two."""

    environment = Environment(user_classes=[Worker])
    users = [Worker(environment) for _ in range(2)]
    tasks = [SharedTasks(user) for user in users]
    given = [tasks[number % 2].get_next_task().__name__ for number in range(6)]
    assert given == ["one", "two", "one", "one", "two", "two"]
    for user in users:
        user.client.close()


def test_an_unknown_strategy_is_said_at_import() -> None:
    """A wrong word in the file is an error where it stands."""
    with pytest.raises(ValueError, match="strategy is 'sequentiel'"):
        type("Typo", (ApiUser,), {"strategy": "sequentiel"})
