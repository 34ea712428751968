"""Leaves out the tasks whose routes a host does not have, rather than failing thousands of times.

    leave_out_missing_routes("/openapi.json")   # once in a locustfile

    @task
    @needs("GET /health")
    def check(self): ...

For scenarios that are used against more than one host. What is missing is noticed when a test
starts, and said in one line of the log.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any

import gevent
from locust import User, events
from locust.env import Environment
from locust.runners import WorkerRunner

from benchmark.engine.http_client import RapidHttpUser

logger = logging.getLogger(__name__)

_routes: dict[object, tuple[str, ...]] = {}
missing_routes: set[str] = set()


def needs(*routes: str) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
    """Say which routes (`METHOD /path/{template}`) a task calls; without them it is left out."""

    def remember(function: Callable[[Any], None]) -> Callable[[Any], None]:
        _routes[function] = routes
        return function

    return remember


def leave_out_missing_routes(*documents: str) -> None:
    """Have every test begin by asking which routes the host has.

    `documents` are the paths of OpenAPI documents that may list them; a document's paths count from
    the folder in which it stands.
    """
    events.test_start.add_listener(lambda environment, **_: _narrow(environment, documents))
    events.test_stop.add_listener(_put_tasks_back)


class _RouteScout(RapidHttpUser):
    """Asks a host which routes it has; what it sends stands in no statistic."""

    abstract = True  # so that Locust does not run it
    connection_timeout = 5.0
    network_timeout = 10.0

    def __init__(self, host: str, documents: Sequence[str]) -> None:
        self.host = host
        self.documents = documents
        super().__init__(Environment(host=host))

    def missing(self, routes: Iterable[str]) -> set[str]:
        """The routes that the host lacks. Raises ConnectionError where it does not answer.

        What an OpenAPI document lists is there. Documents hide routes at times, so plain pages
        are asked for as well. Other routes would need data: they must be listed, or, where nothing
        is published, at least not be unknown to a request for their options.
        """
        if self.client.get("/").status_code == 0:
            raise ConnectionError(f"{self.host} does not answer: is it running, is --host right?")
        published = set().union(*(self.published(document) for document in self.documents))
        return {route for route in routes if not self.has(route, published)}

    def published(self, document: str) -> set[str]:
        """The routes in an OpenAPI document, whose application is mounted where the document is."""
        prefix = document.rpartition("/")[0]
        try:
            content = self.client.get(document).json()
        except (ValueError, TypeError, RecursionError):
            return set()
        paths = content.get("paths") if isinstance(content, dict) else None
        return {
            _unnamed(f"{method.upper()} {prefix}{path}")
            for path, methods in (paths.items() if isinstance(paths, dict) else ())
            for method in (methods if isinstance(methods, dict) else ())
        }

    def has(self, route: str, published: set[str]) -> bool:
        """Whether the host has one route, written `METHOD /path/{template}`."""
        method, path = route.split(" ")
        if _unnamed(route) in published:
            return True
        if method == "GET" and "{" not in path:
            return self.client.get(path).status_code not in {404, 405, 501}
        some_path = re.sub(r"\{.*?\}", "0", path)
        return not published and self.client.options(some_path).status_code not in {404, 501}


def _unnamed(route: str) -> str:
    """A route whose parameters have no names: `/{id}` and `/{document_id}` are the same route."""
    return re.sub(r"\{.*?\}", "{}", route)


_narrowed: dict[type[User], tuple[list[Any], float]] = {}


def _narrow(environment: Environment, documents: Sequence[str]) -> None:
    """Take the tasks whose routes the host lacks out of the test, and classes without tasks too."""
    host = environment.host
    if host is None:
        return  # Locust says so itself
    wanted = set(chain(*_routes.values()))
    problem = f"{host} has none of the routes of these scenarios; try: stress-api run --host {host}"
    try:
        missing = _RouteScout(host, documents).missing(wanted)
    except ConnectionError as error:
        missing, problem = wanted, str(error)
    missing_routes.clear()
    missing_routes.update(missing)
    for user_class in environment.user_classes:
        _narrowed[user_class] = user_class.tasks, user_class.weight
        user_class.tasks = [
            one for one in user_class.tasks if missing.isdisjoint(_routes.get(one, ()))
        ]
        if not user_class.tasks:
            user_class.weight = 0
    if isinstance(environment.runner, WorkerRunner):
        return  # the master asks too, and speaks for all
    if not any(user_class.tasks for user_class in environment.user_classes):
        _end_test(environment, problem)
    elif missing:
        logger.warning("%s lacks %s: left out", host, ", ".join(sorted(missing)))


def _put_tasks_back(**_: Any) -> None:
    """Undo it, since the next test of the web interface may have another host."""
    for user_class, (tasks, weight) in _narrowed.items():
        user_class.tasks, user_class.weight = tasks, weight
    _narrowed.clear()


def _end_test(environment: Environment, problem: str) -> None:
    """End a test that has nothing to do; the exit code is the suite's for an unusable target."""
    logger.error(problem)
    runner = environment.runner
    if runner is None:
        return
    if environment.web_ui is None:
        environment.process_exit_code = 3
    # Not at once: a runner cannot end in the middle of its own start.
    gevent.spawn(runner.stop if environment.web_ui else runner.quit)
