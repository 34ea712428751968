"""An M/M/c queue: simulated event by event, and its capacity as theory knows it."""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from dataclasses import dataclass
from random import Random

from benchmark.capacity.controller import (
    Limits,
    Outcome,
    Planned,
    State,
    advance,
    begin,
)
from benchmark.capacity.evidence import Sample

WARM_UP = 2.0
OVERHEAD = 5.0


@dataclass(frozen=True)
class Queue:
    """Servers that work at a time, each `mean` seconds on a job of exponential length.

    p95 must be below `limit` seconds. What is measured is up to the share `noise` off, and in the
    share `hiccups` of the seconds everybody waits twice the limit longer, whatever the load.
    """

    servers: int
    mean: float
    limit: float
    noise: float = 0.0
    hiccups: float = 0.0

    def late_share(self, rate: float) -> float:
        """P(time in the system > limit) in the steady state (Erlang C and an exponential)."""
        c, mu, t = self.servers, 1 / self.mean, self.limit
        offered = rate / mu
        if offered >= c:
            return 1.0
        terms = term = 1.0  # offered^k / k!, from k = 0 on, divided as it grows
        for k in range(1, c):
            term *= offered / k
            terms += term
        last = term * offered / c * c / (c - offered)
        waits = last / (terms + last)
        free = c - 1 - offered
        if abs(free) < 1e-9:
            return math.exp(-mu * t) * (1 + waits * mu * t)
        return math.exp(-mu * t) * (1 + waits * -math.expm1(-mu * t * free) / free)

    def capacity(self) -> float:
        """The rate at which 5 % take longer than the limit, by bisection."""
        allowed = (0.05 - self.hiccups) / (1 - self.hiccups)
        low, high = 0.0, self.servers / self.mean
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if self.late_share(middle) < allowed else (low, middle)
        return low

    def latencies(self, rate: float, seconds: float, random: Random) -> list[tuple[float, float]]:
        """Moment of the answer and latency of all who arrive in `seconds`, first come first served.

        The system is empty at first.
        """
        free = [0.0] * self.servers
        now, done = 0.0, []
        while (now := now + random.expovariate(rate)) < seconds:
            finish = max(now, free[0]) + random.expovariate(1 / self.mean)
            heapq.heapreplace(free, finish)
            done.append((finish, finish - now))
        return done

    def _disturbed(
        self, done: list[tuple[float, float]], random: Random
    ) -> list[tuple[float, float]]:
        bad = {second for second in range(1000) if random.random() < self.hiccups}
        return [
            (
                moment,
                latency * (1 + random.uniform(-self.noise, self.noise))
                + (2 * self.limit if int(moment) in bad else 0.0),
            )
            for moment, latency in done
        ]

    def run(self, planned: Planned, random: Random) -> Outcome:
        """What a step at a rate measures after its warm-up, as the runner would."""
        done = self.latencies(planned.rate, WARM_UP + planned.seconds, random)
        if self.noise or self.hiccups:
            done = self._disturbed(done, random)
        seconds: defaultdict[int, list[float]] = defaultdict(list)
        for moment, latency in done:
            if moment >= WARM_UP:
                seconds[int(moment)].append(latency)
        counted = tuple(
            (
                float(sum(each >= self.limit for each in seconds[second])),
                float(len(seconds[second])),
            )
            for second in sorted(seconds)
        )
        mean = 1000 * sum(latency for _, latency in done) / max(1, len(done))
        sample = Sample("p95", "", "service", 0.05, counted)
        return Outcome((sample,), mean)


def search(queue: Queue, limits: Limits, random: Random) -> tuple[State, list[Planned], float]:
    """The end of a search of a queue, the steps that it took, and its seconds."""
    state, steps, elapsed = begin(limits), [], 0.0
    while state.planned is not None:
        steps.append(state.planned)
        outcome = queue.run(state.planned, random)
        elapsed += state.planned.seconds + OVERHEAD
        state = advance(state, limits, outcome, elapsed)
    return state, steps, elapsed
