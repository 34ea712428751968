"""How a run ends, whatever ends it: users finish and clean up, the last statistics arrive, reports.

The run time, a load shape, an abort condition, Ctrl-C and SIGTERM all come to the runner's `quit`,
even two at once. Locust's master then waits half a second and leaves; ours waits for its workers
(`_MasterEnding`). Locust writes its HTML report before users have stopped, and not at all after
SIGTERM; here it is written last.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gevent
from gevent.event import Event
from gevent.lock import RLock
from locust.html import get_html_report, process_html_filename
from locust.runners import (
    STATE_INIT,
    STATE_MISSING,
    STATE_STOPPED,
    STATE_STOPPING,
    MasterRunner,
    WorkerRunner,
)

from benchmark.engine.tidy_user import CLEAN_UP_SECONDS

_GRACE_SECONDS = CLEAN_UP_SECONDS + 10.0
"""How long workers may take beyond the time that Locust gives their users: they clean up."""


def end_in_order(environment: Any) -> None:
    """Let every end of this process's run be an orderly one."""
    runner = environment.runner
    is_forked = isinstance(runner, WorkerRunner) and bool(environment.parsed_options.processes)
    _heed_signals(environment, is_forked=is_forked)
    if not isinstance(runner, MasterRunner):  # it has no users whose tasks might call it
        runner.stop = _beside_users(runner, _one_at_a_time(runner.stop))
    runner.quit = _beside_users(runner, _quit_of(environment))
    if isinstance(runner, WorkerRunner):
        environment.events.quitting.add_listener(_stop_before_saying_so)
        return
    environment.events.quit.add_listener(lambda **_: _write_html_report(environment))


def _quit_of(environment: Any) -> Callable[[], None]:
    runner = environment.runner
    if isinstance(runner, WorkerRunner):
        return runner.quit
    return (_MasterEnding if isinstance(runner, MasterRunner) else _Ending)(environment).quit


def end_test(environment: Any) -> None:
    """End the test that runs in this process; without a web page, the process with it."""
    runner = environment.runner
    gevent.spawn(runner.stop if environment.web_ui else runner.quit)  # it may end who calls this


def end_with_parent(parent: int) -> None:
    """End the run when the process that watches it is gone: nobody else would."""
    gevent.spawn(_wait_for_parent, parent)


def _beside_users(runner: Any, end: Callable[[], None]) -> Callable[[], None]:
    """What ends a test, for tasks too: a user that waits for all users waits for itself.

    Locust lets it be killed in the middle of that, which loses what comes after.
    """

    def ended() -> None:
        if gevent.getcurrent() in runner.user_greenlets:
            gevent.spawn(end)
        else:
            end()

    return ended


def _one_at_a_time(end: Callable[[], None]) -> Callable[[], None]:
    """Whoever comes second waits; Locust's stop would end the same test twice."""
    turn = RLock()

    def ended() -> None:
        with turn:
            end()

    return ended


class _Ending:
    """Lets the process end once, whoever asks: Locust's own quit would stop users a second time."""

    def __init__(self, environment: Any) -> None:
        self._environment = environment
        self._runner = environment.runner
        self._leave = self._runner.quit
        self._began = False
        self._done = Event()

    def quit(self) -> None:
        """End the test, and leave. Called again, it waits for that."""
        if self._began:
            if gevent.getcurrent() not in self._runner.greenlet:  # those are what is waited for
                self._done.wait()
            return
        self._began = True
        try:
            self._end_test()
            self._leave()
        finally:
            self._done.set()

    def _end_test(self) -> None:
        """What has to be done before Locust's own quit; a local run needs nothing more."""


class _MasterEnding(_Ending):
    """Tells all workers to quit, and does so itself when the last one has.

    A worker that is told to quit stops its users, sends its last statistics and leaves. The message
    `stop`, with which Locust's master ends a test, makes it sleep through its stop timeout instead.
    """

    def _end_test(self) -> None:
        runner, events = self._runner, self._environment.events
        if runner.state in {STATE_INIT, STATE_STOPPING, STATE_STOPPED}:
            return
        events.test_stopping.fire(environment=self._environment)
        runner.final_user_classes_count = {**runner.reported_user_classes_count}
        runner.update_state(STATE_STOPPING)
        if runner.shape_greenlet is not None and runner.shape_greenlet is not gevent.getcurrent():
            runner.shape_greenlet.kill()
            runner.shape_greenlet = None
        runner.send_message("quit")
        deadline = time.monotonic() + (self._environment.stop_timeout or 0) + _GRACE_SECONDS
        while time.monotonic() < deadline and self._workers_remain():
            gevent.sleep(0.05)
        runner.update_state(STATE_STOPPED)
        events.test_stop.fire(environment=self._environment)

    def _workers_remain(self) -> bool:
        return any(node.state != STATE_MISSING for node in self._runner.clients.values())


def _stop_before_saying_so(environment: Any, **_: Any) -> None:
    """A worker that is stopped by itself sends its last statistics before it says that it quits."""
    environment.runner.stop()


def _write_html_report(environment: Any) -> None:
    """Write Locust's report, if one is wanted, with what happened to the very end."""
    options = environment.parsed_options
    if not options.html_file:
        return
    process_html_filename(options)
    path = Path(options.html_file)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(get_html_report(environment, show_download_link=False), encoding="utf-8")


# ── what ends a run from outside ──────────────────────────────────────────────────────────────


def _heed_signals(environment: Any, *, is_forked: bool) -> None:
    if is_forked:  # a terminal sends Ctrl-C to all processes: they wait for what their master says
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    else:
        # Also where the shell that started us in the background lets SIGINT be ignored. Raised by
        # Python itself, it would end whichever user happens to run, without its clean-up.
        gevent.signal_handler(signal.SIGINT, _interrupt)
    # Locust's own handler would shut down beside its main greenlet, without a report. It is
    # installed after this, so ours must be again.
    _heed_sigterm()
    environment.events.test_start.add_listener(_heed_sigterm)


def _heed_sigterm(**_: Any) -> None:
    loop = gevent.get_hub().loop
    signal.signal(signal.SIGTERM, lambda *_: loop.run_callback_threadsafe(_interrupt))


def _interrupt() -> None:
    """Ctrl-C, in the one greenlet that knows what to do then: Locust's main one."""
    gevent.get_hub().handle_system_error(KeyboardInterrupt, KeyboardInterrupt())


def _wait_for_parent(parent: int) -> None:
    while os.getppid() == parent:
        gevent.sleep(1)
    _interrupt()
