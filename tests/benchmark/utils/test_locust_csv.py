"""Tests that CSV files of any Locust are read, and that files of others are named."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmark.errors import UsageError
from benchmark.utils.analyze_results import analyze
from benchmark.utils.result_files import find_results, read_result

STATS = """\
Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,Min Response Time,\
Max Response Time,Average Content Size,Requests/s,Failures/s,50%,66%,75%,80%,90%,95%,98%,99%,99.9%,\
99.99%,100%
GET,/items,100,10,12,15.5,3.2,250.1,120,10.0,1.0,12,14,16,18,25,40,90,120,250,250,250
POST,/größe,50,0,30,31.25,3.2,99.5,120,5.0,0.0,30,31,32,33,34,35,60,80,99,99,99
,Aggregated,150,10,14,20.75,3.2,250.1,120,15.0,1.0,14,16,18,20,30,41,90,120,250,250,250
"""
HISTORY = """\
Timestamp,User Count,Type,Name,Requests/s,Failures/s,50%,Total Request Count,Total Failure Count
1772373909,2,,Aggregated,0,0,N/A,0,0
1772373911,5,,Aggregated,10,1,12,60,4
1772373910,5,,Aggregated,10,1,12,150,10
"""
VERSION_1_0 = """\
"Type","Name","Request Count","Failure Count","Median Response Time","Average response Time",\
"Min Response Time","Max Response Time","Average Content Size","Requests/s","Failures/s","50%",\
"66%","75%","80%","90%","95%","98%","99%","99.9%","99.99%","99.999%","100%"
"GET","/items",100,10,12,15,3,250,120.00,10.00,1.00,12,14,16,18,25,40,90,120,250,250,250,250
"","Aggregated",100,10,12,15,3,250,120.00,10.00,1.00,12,14,16,18,25,40,90,120,250,250,250,250
"""
VERSION_0_14 = """\
"Type","Name","# requests","# failures","Median response time","Average response time",\
"Min response time","Max response time","Average Content Size","Requests/s","Requests Failed/s",\
"50%","66%","75%","80%","90%","95%","98%","99%","99.9%","99.99%","99.999","100%"
"GET","/items",100,10,12,15,3,250,120.00,10.00,1.00,12,14,16,18,25,40,90,120,250,250,250,250
"None","Aggregated",100,10,12,15,3,250,120.00,10.00,1.00,12,14,16,18,25,40,90,120,250,250,250,250
"""
HISTORY_0_14 = """\
"Type","Name","Timestamp","# requests","# failures","Requests/s","Requests Failed/s"
"None","Aggregated","1580000000",40,4,10.00,1.00
"None","Aggregated","1580000002",100,10,10.00,1.00
"""
VERSION_0_9 = """\
"Method","Name","# requests","# failures","Median response time","Average response time",\
"Min response time","Max response time","Average Content Size","Requests/s"
"GET","/items",100,10,12,15,3,250,120,10.00
"None","Total",100,10,12,15,3,250,120,10.00
"""
DISTRIBUTION_0_9 = """\
"Name","# requests","50%","66%","75%","80%","90%","95%","98%","99%","99.9%","99.99%","100%"
"GET /items",100,12,14,16,18,25,40,90,120,250,250,250
"None Total",100,12,14,16,18,25,40,90,120,250,250,250
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes files by their names; the first one is given back."""

    def files(**contents: str) -> Path:
        paths = []
        for name, content in contents.items():
            paths.append(tmp_path / f"{name}.csv")
            paths[-1].write_text(content, encoding="utf-8")
        return paths[0]

    return files


@pytest.mark.parametrize(
    "files",
    [
        {"run_stats": VERSION_1_0},
        {"run_stats": VERSION_0_14, "run_stats_history": HISTORY_0_14},
        {"run_requests": VERSION_0_9, "run_distribution": DISTRIBUTION_0_9},
    ],
    ids=["1.0", "0.14", "0.9"],
)
def test_files_of_older_versions_are_read(
    write: Callable[..., Path], tmp_path: Path, files: dict[str, str]
) -> None:
    """Columns had other names, and percentiles a file of their own."""
    write(**files)
    (path,) = find_results(tmp_path / "run")
    result = read_result(path)
    assert result.test_type == "run"
    assert (result.totals.requests, result.totals.failures) == (100, 10)
    assert [(each.method, each.name) for each in result.operations] == [("GET", "/items")]
    latency = result.totals.latency
    assert latency.percentile(50) == pytest.approx(12, rel=0.01)
    assert latency.percentile(95) == pytest.approx(40, rel=0.01)
    assert (latency.mean, latency.lowest, latency.highest) == (15, 3, 250)
    assert result.rps == pytest.approx(10)
    if "run_stats_history" in files:
        assert [second.requests for second in result.timeline] == [40, 60]
        assert result.started_at.year == 2020


def test_a_run_without_percentiles_is_refused(write: Callable[..., Path]) -> None:
    """They are not made up; the message says where they would be."""
    with pytest.raises(UsageError, match=r"no percentiles of GET /items.*_distribution\.csv"):
        read_result(write(run_requests=VERSION_0_9))


def test_percentiles_of_the_users_choice_are_read(write: Callable[..., Path]) -> None:
    """Locust can be told which ones to report."""
    chosen = STATS.splitlines()
    cells = [line.split(",") for line in chosen]
    kept = [[*line[:12], line[16], line[18]] for line in cells]
    result = read_result(write(run_stats="\n".join(",".join(line) for line in kept)))
    assert result.totals.latency.percentile(95) == pytest.approx(41, rel=0.01)


@pytest.mark.parametrize(
    ("encoding", "change"),
    [
        ("utf-8-sig", str),
        ("utf-16", str),
        ("latin-1", str),
        (
            "utf-8",
            lambda text: text.replace(",", ";").replace("15.5", "15,5").replace(".25", ",25"),
        ),
        ("utf-8", lambda text: text.replace(",", "\t")),
        ("utf-8", lambda text: text.replace("\n", "\r\n")),
        ("cp1252", lambda text: text.replace(",", ";")),
    ],
)
def test_files_saved_by_spreadsheets_are_read(
    tmp_path: Path, encoding: str, change: Callable[[str], str]
) -> None:
    """With a byte order mark, as UTF-16 or Latin-1, with semicolons and decimal commas."""
    path = tmp_path / "run_stats.csv"
    path.write_bytes(change(STATS).encode(encoding))
    result = read_result(path)
    assert result.totals.requests == 150
    assert [operation.name for operation in result.operations] == ["/items", "/größe"]
    assert result.operations[0].latency.mean == pytest.approx(15.5)


def test_the_source_and_its_limits_are_said(write: Callable[..., Path]) -> None:
    """The measurement is suspect at best: nobody watched the generator."""
    raised = 'Count,Message,Traceback,Nodes\n3,"KeyError: \'id\'","Traceback …\nmore",local\n'
    report = analyze(read_result(write(run_stats=STATS, run_exceptions=raised)))
    assert report.validity.verdict == "suspect"
    said = " ".join(report.validity.reasons)
    assert "CSV files of a Locust run: percentiles with two digits" in said
    assert "3 exceptions in the locustfile, first: KeyError: 'id'" in said


def test_clocks_may_go_backwards(write: Callable[..., Path]) -> None:
    """Seconds of the history never do."""
    result = read_result(write(run_stats=STATS, run_stats_history=HISTORY))
    assert [second.elapsed for second in result.timeline] == [0, 2, 2]
    assert [second.requests for second in result.timeline] == [0, 60, 90]


def test_any_file_of_a_run_leads_to_its_statistics(write: Callable[..., Path]) -> None:
    """Who names the history or the failures means the run."""
    stats = write(run_stats=STATS, run_stats_history=HISTORY, run_failures="Method,Name\n")
    for name in ("run_stats_history.csv", "run_failures.csv", "run_exceptions.csv", "run"):
        path = stats.with_name(name)
        if name.endswith("exceptions.csv"):
            path.write_text("Count,Message,Traceback,Nodes\n", encoding="utf-8")
        assert find_results(path) == (stats,)


def test_rows_that_were_damaged_are_left_out(write: Callable[..., Path]) -> None:
    """A row that was cut short is no operation of zero requests."""
    result = read_result(
        write(run_stats=STATS.replace(",Aggregated,150,10", "\nGET,/cut,7\n,Total,150,10"))
    )
    assert [operation.name for operation in result.operations] == ["/items", "/größe"]
    assert result.totals.requests == 150


def test_a_file_of_gigabytes_is_not_read(tmp_path: Path) -> None:
    """Its size is enough to know; the file here has holes."""
    for name in ("large_stats.csv", "large.json", "large_timeline.jsonl"):
        path = tmp_path / name
        with path.open("wb") as file:
            os.truncate(file.fileno(), 2_000_000_000)
        if name.endswith(".jsonl"):
            continue
        with pytest.raises(UsageError, match="larger than"):
            read_result(path)


@pytest.mark.parametrize(
    ("name", "content", "tool"),
    [
        ("k6.csv", "metric_name,timestamp,metric_value,check\nhttp_reqs,1,1.0,\n", "k6"),
        ("k6.json", '{"type":"Metric","data":{}}\n{"type":"Point"}\n', "k6"),
        ("summary.json", '{\n "root_group": {"name": ""}, "metrics": {}}', "k6"),
        ("run.jtl", "timeStamp,elapsed,label,responseCode\n1,2,x,200\n", "JMeter"),
        ("run.csv", "1469453014000,120,Home,200,OK,Thread 1\n", "JMeter"),
        ("run.xml", '<?xml version="1.0"?>\n<testResults version="1.2">', "JMeter"),
        ("simulation.log", "RUN\tcomputerdatabase\t\t1\n", "Gatling"),
        ("wrk.txt", "Running 30s test @ http://127.0.0.1:8080/\n  2 threads\n", "wrk"),
        ("hey.csv", "response-time,DNS+dialup,DNS,Request-write\n0.1,0,0,0\n", "hey"),
        ("ab_stats.csv", "Percentage served,Time in ms\n0,0.1\n", "ApacheBench"),
    ],
)
def test_results_of_other_tools_are_named(
    tmp_path: Path, name: str, content: str, tool: str
) -> None:
    """The message says whose they are, and what can be read."""
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=f"the output of {tool}") as error:
        read_result(path)
    assert "--csv PREFIX" in error.value.hint


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"\0\0\0",
        b"Type,Name\n",
        b"Type;Name;Request Count\nGET;/;1\n",
        b'"' + b"x" * 200_000,
        STATS.splitlines()[0].encode(),
        STATS.replace("12,14,16,18,25,40,90,120,250,250,250", "-,-,-,-,-,-,-,-,-,-,-").encode(),
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_statistics_gives_one_message(tmp_path: Path, content: bytes) -> None:
    """It names the file and what it should be."""
    path = tmp_path / "x_stats.csv"
    path.write_bytes(content)
    with pytest.raises(UsageError) as error:
        read_result(path)
    assert "x_stats.csv: " in error.value.message
    assert "\n" not in error.value.message


def test_numbers_that_mean_nothing_are_none(write: Callable[..., Path]) -> None:
    """Negative, endless and absurd ones count as missing."""
    bad = STATS.replace(",100,10,12,15.5,3.2,250.1,", ",100,-3,12,nan,-1,1e99,")
    result = read_result(write(run_stats=bad))
    items = result.operations[0]
    assert (items.failures, items.latency.mean, items.latency.highest) == (0, 0, 250)
