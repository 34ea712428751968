"""A user in an open run: parked until its first ticket, stopped politely, late in one request."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import gevent
import pytest
from gevent.event import Event
from gevent.pool import Group
from locust import User, constant, task
from locust.env import Environment
from locust.exception import RescheduleTask, RescheduleTaskImmediately, StopUser

from benchmark.engine import counters
from benchmark.engine.arrivals import control
from benchmark.engine.arrivals.arriving import Arrivals
from benchmark.engine.arrivals.queue import TicketQueue
from benchmark.engine.scheduled_user import ScheduledUser


class Noted(ScheduledUser):
    """Notes what it does; what its task does besides is in `then`."""

    abstract = True
    wait_time = constant(3)

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self.did: list[Any] = []
        self.then: Any = lambda: None
        self.asked_to_wait = 0.0

    def on_start(self) -> None:
        """It begins."""
        self.did.append("start")

    def on_stop(self) -> None:
        """It ends."""
        self.did.append("stop")

    def pause_asked_for(self) -> float:
        """What the server wants."""
        return self.asked_to_wait

    @task
    def act(self) -> None:
        """One iteration."""
        self.did.append(self.context().get("lateness"))
        self.then()


@pytest.fixture
def environment() -> Iterator[Environment]:
    """An environment in which a run is open."""
    counters.take()
    made = Environment(user_classes=[Noted])
    control._running[made] = Arrivals("constant", 10.0, 1, 0, lambda: None)
    yield made
    counters.take()


@pytest.fixture
def group() -> Iterator[Group]:
    """Where users run."""
    users = Group()
    yield users
    users.kill()


def queue_of(environment: Environment) -> TicketQueue:
    """The tickets of the run."""
    arrivals = control.arrivals_of(environment)
    assert arrivals is not None
    return arrivals.queue


def started(environment: Environment, group: Group) -> Noted:
    """A user that runs."""
    user = Noted(environment)
    user.start(group)
    settle()
    return user


def settle() -> None:
    """Let every greenlet go as far as it can."""
    for _ in range(5):
        gevent.sleep(0)


def tickets(environment: Environment, number: int, late: float = 0.0) -> None:
    """Iterations are due now, or were some seconds ago."""
    for _ in range(number):
        queue_of(environment).add(time.perf_counter() - late)
        settle()


def test_it_begins_with_its_first_ticket(environment: Environment, group: Group) -> None:
    """Not earlier; and it says once an iteration how late that began, in milliseconds."""
    user = started(environment, group)
    assert user.did == []
    tickets(environment, 1, late=0.5)
    assert user.did[0] == "start"
    assert user.did[1] >= 500
    assert user.context() == {}
    tickets(environment, 2)
    assert len(user.did) == 4  # without the pause of three seconds between them


def test_an_iteration_without_a_request_tells_nobody(
    environment: Environment, group: Group
) -> None:
    """What the user sends afterwards, to clean up for one, did not begin late."""
    user = started(environment, group)
    user.tasks = [lambda user: user.did.append("silent")]
    tickets(environment, 1)
    assert user.did == ["start", "silent"]
    assert user.context() == {}


def test_one_that_never_began_has_nothing_to_end(environment: Environment, group: Group) -> None:
    """Stopped while parked for the first time, it neither starts nor stops anything."""
    user = started(environment, group)
    user.stop()
    settle()
    assert user.did == []
    assert len(group) == 0


def test_a_parked_user_stops_without_a_ticket_on_its_way(
    environment: Environment, group: Group
) -> None:
    """The ticket that was already given is not begun any more, and the user cleans up."""
    user = started(environment, group)
    tickets(environment, 1)
    queue_of(environment).add(time.perf_counter())
    user.stop()
    settle()
    assert [type(each) for each in user.did] == [str, float, str]
    assert counters.take()[0] == {
        "asked_arrivals": 2, "started_iterations": 1, "dropped_iterations": 1,
    }  # fmt: skip
    assert len(group) == 0


def test_a_working_user_stops_after_its_task(environment: Environment, group: Group) -> None:
    """As in Locust."""
    user, done = started(environment, group), Event()
    user.then = done.wait
    tickets(environment, 1)
    user.stop()
    settle()
    assert [type(each) for each in user.did] == [str, float]
    done.set()
    settle()
    assert user.did[-1] == "stop"
    assert len(group) == 0


def test_a_user_that_gets_ready_stops_after_its_first_task(
    environment: Environment, group: Group
) -> None:
    """Its iteration counts as started, so it is not left out; it is the last one."""
    ready = Event()

    class Careful(Noted):
        def on_start(self) -> None:
            super().on_start()
            ready.wait()

    user = Careful(environment)
    user.start(group)
    settle()
    tickets(environment, 1)
    user.stop()
    user.stop()  # as Locust does where a test ends while users are being stopped
    queue_of(environment).close()
    ready.set()
    settle()
    assert [type(each) for each in user.did] == [str, float, str]
    assert counters.take()[0] == {"asked_arrivals": 1, "started_iterations": 1}
    assert len(group) == 0


def test_a_killed_user_cleans_up_where_it_began(environment: Environment, group: Group) -> None:
    """A stop by force ends it in the middle, as in Locust."""
    user = started(environment, group)
    user.then = lambda: gevent.sleep(10)
    tickets(environment, 1)
    user.stop(force=True)
    settle()
    assert user.did[-1] == "stop"
    assert len(group) == 0


@pytest.mark.parametrize("problem", [RescheduleTask, RescheduleTaskImmediately, ValueError])
def test_a_task_that_fails_has_used_its_ticket(
    problem: type[Exception], environment: Environment, group: Group
) -> None:
    """The next one waits for its own, whatever the exception."""
    user = started(environment, group)

    def fail() -> None:
        raise problem("no")

    user.then = fail
    tickets(environment, 3)
    assert len(user.did) == 1 + 3


def test_a_user_may_leave_by_itself(environment: Environment, group: Group) -> None:
    """The others go on."""
    leaving, staying = started(environment, group), started(environment, group)

    def leave() -> None:
        raise StopUser

    leaving.then = staying.then = leave
    tickets(environment, 1)
    assert len(group) == 1
    for each in (leaving, staying):
        each.then = lambda: None
    tickets(environment, 3)
    assert sorted(len(each.did) for each in (leaving, staying)) == [3, 4]


def test_pauses_are_those_of_the_server_and_of_the_task(
    environment: Environment, group: Group
) -> None:
    """A pause that the server asked for keeps a user out of work; `wait` in a task is a pause."""
    user, rested = started(environment, group), Event()
    pauses: list[float] = []
    tickets(environment, 1)

    def rest(seconds: float) -> None:
        pauses.append(seconds)
        rested.wait()
        rested.clear()

    user._taskset_instance._sleep = rest
    user.asked_to_wait = 20.0
    tickets(environment, 2)
    assert (len(user.did), pauses) == (3, [20.0])
    user.asked_to_wait = 0.0
    rested.set()
    settle()
    assert (len(user.did), pauses) == (4, [20.0])
    user.wait_time = lambda: 30.0
    user.then = user.wait
    tickets(environment, 2)
    assert (len(user.did), pauses) == (5, [20.0, 30.0])
    rested.set()
    settle()
    assert (len(user.did), pauses) == (6, [20.0, 30.0, 30.0])
    rested.set()


def test_without_arrivals_users_go_on_by_themselves(group: Group) -> None:
    """A closed run is as Locust makes it, pauses included."""
    user = started(Environment(user_classes=[Noted]), group)
    assert user.did == ["start", None]
    user.stop()
    settle()
    assert user.did[-1] == "stop"


def test_what_goes_wrong_at_the_start_is_told(environment: Environment, group: Group) -> None:
    """`user_error` is fired and the user ends, as in Locust."""
    errors: list[Exception] = []
    environment.events.user_error.add_listener(lambda exception, **_: errors.append(exception))

    class Broken(Noted):
        def on_start(self) -> None:
            raise ValueError("broken")

    user: User = Broken(environment)
    user.start(group)
    settle()
    tickets(environment, 1)
    assert [str(error) for error in errors] == ["broken"]
    assert len(group) == 0
