"""The routes by subject. They check, ask, and tell; what they ask for is done elsewhere.

targets.py        a target, before it is tested
tests.py          starts, stops, results of both kinds of tests
watching.py       events and files of a test
results.py        lists, whole results, comparisons
sessions.py       sessions and configurations
health.py         health and metrics
documentation.py  /docs and /redoc

parts.py          what routes work with
starting.py       from a request and its configuration to what is done
reading.py        one test with all that belongs to it
showing.py        from what is stored and measured to what is told
answering.py      answers as bytes
streams.py        how many streams of events are open
"""

from backend.routers import documentation, health, results, sessions, targets, tests, watching

ROUTERS = (
    targets.router,
    tests.router,
    watching.router,
    results.router,
    sessions.router,
    health.router,
    documentation.router,
)

__all__ = ["ROUTERS"]
