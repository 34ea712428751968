"""What the runner decides before and around a Locust process; runs themselves are end-to-end."""

from __future__ import annotations

import os
import re
import signal
import socket
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from benchmark.abort_conditions import parse_abort_condition
from benchmark.errors import UsageError
from benchmark.interrupts import interrupts_wait
from benchmark.models import Credentials, LoadProfile, OpenModel, Stage
from benchmark.run_files import RunFiles, claim_files, prepare_folder
from benchmark.runner import (
    RunRequest,
    headless_arguments,
    interactive_arguments,
    port_is_free,
    require_web_port,
    web_port,
)


def request(shape: str = "hold", run_time: float = 60.0, *more: str) -> RunRequest:
    """A run with a secret of every sort."""
    return RunRequest(
        locustfile=Path("locustfile.py"),
        base_url="http://localhost:8000",
        profile=LoadProfile("light", 5, 0.5, run_time, shape),  # type: ignore[arg-type] # a str
        files=RunFiles(Path("out"), "benchmark_light_1"),
        credentials=Credentials("hunter2", "u:hunter2", "hunter2", (("X", "hunter2"),)),
        locust_args=more,
        facts={"test_type": "light"},
    )


def test_a_headless_run_is_told_everything() -> None:
    """Load, files, and that failed requests are no error of Locust's; its own arguments last."""
    arguments = headless_arguments(request("hold", 90.0, "--tags", "read"))
    assert arguments[-2:] == ["--tags", "read"]
    for expected in (
        "--headless", "--users=5", "--spawn-rate=0.5", "--run-time=90s",
        "--host=http://localhost:8000", "--exit-code-on-error=0", "--csv=out/benchmark_light_1",
        "--html=out/benchmark_light_1_locust.html",
        "--timeline=out/benchmark_light_1_timeline.jsonl",
        '--timeline-facts={"test_type": "light"}',
    ):  # fmt: skip
        assert expected in arguments
    assert not [each for each in arguments if each.startswith("--load-shape")]


def test_several_processes_talk_on_this_machine_alone() -> None:
    """On a port that is free, and never on Locust's own, on which all runs would meet.

    Nor is it one that systems give to whoever asks for any: somebody could get it meanwhile.
    """
    assert not [each for each in headless_arguments(request()) if "master" in each]
    several = replace(request(), processes=3)
    arguments = headless_arguments(several)
    assert {"--processes=3", "--master-bind-host=127.0.0.1", "--enable-rebalancing"} <= set(
        arguments
    )
    (port,) = (int(each.partition("=")[2]) for each in arguments if "--master-port" in each)
    assert f"--master-bind-port={port}" in arguments
    assert port != 5557
    assert port < 32_768
    assert port_is_free(port)
    assert "--processes=3" in interactive_arguments(several)


def test_two_runs_of_one_second_have_files_of_their_own(tmp_path: Path) -> None:
    """The later one gets the name of the next free second; both keep the form of the name."""
    stems = {claim_files(tmp_path, "light").stem for _ in range(4)}
    assert len(stems) == 4
    assert all(re.fullmatch(r"benchmark_light_\d{8}_\d{6}", stem) for stem in stems)
    assert {path.name for path in tmp_path.iterdir()} == {f"{stem}.log" for stem in stems}


def test_shapes_are_asked_for_by_name() -> None:
    """Only stress and spike have one."""
    assert "--load-shape=spike" in headless_arguments(request("spike"))


def test_open_runs_and_stages_are_passed_on() -> None:
    """To headless runs and to the web page alike; users are as many as may be at work."""
    open_model = OpenModel(12.5, "poisson", 3.0)
    rate = replace(request(), profile=LoadProfile("x", 25, 25.0, 60.0, open_model=open_model))
    stages = (Stage(2, 5), Stage(3, 0))
    users = replace(request(), profile=LoadProfile("x", 5, 5.0, 5.0, "stages", stages))
    rates = replace(rate, profile=replace(users.profile, open_model=open_model), seed=7)
    for arguments_of in (headless_arguments, interactive_arguments):
        assert set(arguments_of(rate)) >= {
            "--users=25", "--request-rate=12.5", "--arrivals=poisson", "--max-start-delay=3.0",
            "--arrivals-seed=42",
        }  # fmt: skip
        assert "--stages=2s:5,3s:0" in arguments_of(users)
        assert {"--stages=2s:5/s,3s:0/s", "--arrivals-seed=7"} <= set(arguments_of(rates))
        for plain in (arguments_of(users), arguments_of(request())):
            assert not [each for each in plain if each.startswith(("--request", "--arrivals"))]
        assert not [each for each in arguments_of(rates) if each.startswith("--request-rate")]


def test_conditions_are_passed_on_as_they_were_written() -> None:
    """To headless runs and to the web page, each in an argument of its own."""
    conditions = tuple(
        parse_abort_condition(text) for text in ("p95<1s for 10s", "GET /a b: rps>5 for 1m")
    )
    asked = replace(request(), abort_on=conditions)
    expected = ["--abort-on=p95<1s for 10s", "--abort-on=GET /a b: rps>5 for 60s"]
    for arguments in (headless_arguments(asked), interactive_arguments(asked)):
        assert [each for each in arguments if each.startswith("--abort-on")] == expected


def test_the_web_page_is_for_this_machine_alone() -> None:
    """It binds to 127.0.0.1 and never starts headless."""
    arguments = interactive_arguments(request())
    assert {"--web-host=127.0.0.1", "--web-port=8089", "--exit-code-on-error=0"} <= set(arguments)
    assert "--headless" not in arguments


def test_no_secret_is_in_the_process_table() -> None:
    """Credentials go through the environment, since everybody can read arguments."""
    for arguments in (headless_arguments(request()), interactive_arguments(request())):
        assert "hunter2" not in " ".join(arguments)


@pytest.mark.parametrize(
    ("arguments", "port"),
    [([], 8089), (["--web-port", "9000"], 9000), (["--web-port=9000"], 9000), (["-P", "9"], 9)],
)
def test_another_port_may_be_chosen(arguments: list[str], port: int) -> None:
    """By Locust's own option."""
    assert web_port(arguments) == port


def test_a_taken_port_is_refused_with_another() -> None:
    """The message names the port, and the hint a free way out."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert not port_is_free(port)
        with pytest.raises(UsageError, match=f"Port {port} is taken") as refusal:
            require_web_port(["--web-port", str(port)])
        assert f"--web-port {port + 1}" in refusal.value.hint
    assert port_is_free(port)
    assert require_web_port(["--web-port", str(port)]) == port


def test_the_results_folder_is_made_and_tried(tmp_path: Path) -> None:
    """Folders above it too; nothing is left in it by the trial."""
    folder = tmp_path / "a" / "b"
    prepare_folder(folder)
    assert list(folder.iterdir()) == []
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="Nothing can be written"):
        prepare_folder(tmp_path / "file" / "below")


def test_interrupts_wait_while_results_are_written() -> None:
    """Ctrl-C during the block is raised at its end, and the handlers are as before."""
    before = signal.getsignal(signal.SIGINT)
    written: list[bool] = []

    def write() -> None:
        with interrupts_wait(forget=False):
            os.kill(os.getpid(), signal.SIGINT)
            written.append(True)

    with pytest.raises(KeyboardInterrupt):
        write()
    assert written == [True]
    assert signal.getsignal(signal.SIGINT) is before


def test_interrupts_are_forgotten_where_the_command_ends_anyway() -> None:
    """A second, impatient Ctrl-C does not cost the results of the first."""
    with interrupts_wait(forget=True):
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)


def test_a_thread_may_write_results_too() -> None:
    """Signals belong to the main thread: elsewhere nothing is held back, and nothing breaks."""
    done: list[bool] = []

    def write() -> None:
        with interrupts_wait(forget=False):
            done.append(True)

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()
    assert done == [True]
