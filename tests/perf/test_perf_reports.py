"""What other load generators and nginx print, as the measurements read it; tables of figures."""

from __future__ import annotations

import pytest

from perf.load.generators import Sent, hey_sent, wrk_sent
from perf.load.nginx import Counts, parse_status
from perf.load.tables import markdown, median_and_range, median_ratio, verdict

HEY = """
Summary:
  Requests/sec:	47012.2

Response time histogram:
  0.000 [1]	|
  0.012 [235060]	|■■■■

Latency distribution:
  99% in 0.0031 secs

Status code distribution:
  [200]	235061 responses
  [503]	7 responses

Error distribution:
  [3]	Get "http://127.0.0.1:1/json": dial tcp 127.0.0.1:1: connect: connection refused
  [2]	Get "http://127.0.0.1:1/json": EOF
"""

WRK = """Running 2s test @ http://127.0.0.1:8097/
  1 threads and 50 connections
  88957 requests in 2.00s, 20.11MB read
  Socket errors: connect 1, read 2, write 0, timeout 4
  Non-2xx or 3xx responses: 5
Requests/sec:  44427.85
"""


def test_hey_is_understood() -> None:
    """Answers by status and errors by message are all requests; the histogram is none of them."""
    assert hey_sent(HEY) == Sent(235_061 + 7 + 5, 7 + 5)


def test_wrk_is_understood() -> None:
    """Refused requests and broken connections are failures; a clean run mentions neither."""
    assert wrk_sent(WRK) == Sent(88_957, 5 + 7)
    assert wrk_sent("  12 requests in 2.00s, 1MB read\n") == Sent(12, 0)


def test_what_is_no_summary_of_wrk_is_refused() -> None:
    """A run that ended early gives no figures, not zeros."""
    with pytest.raises(ValueError, match="unable to connect"):
        wrk_sent("unable to connect to 127.0.0.1:1 Connection refused\n")


def test_nginx_status_is_understood() -> None:
    """The third line has accepted and handled connections, and requests."""
    page = "Active connections: 2 \nserver accepts handled requests\n 16 16 31 \nReading: 0 \n"
    assert parse_status(page) == Counts(accepted=16, requests=31)


def test_medians_show_their_range() -> None:
    """Several rounds are a median with the lowest and the highest, one round is itself."""
    assert median_and_range([3000.4, 1000, 2000]) == "2,000 (1,000–3,000)"
    assert median_and_range([2.345], ".1f") == "2.3"
    assert median_and_range([]) == "–"


def test_ratios_are_taken_round_by_round() -> None:
    """What slows a round down slows both: the median of ratios, not the ratio of medians."""
    assert median_ratio([10, 30, 80], [10, 10, 40]) == 2
    assert median_ratio([10], []) is None
    assert median_ratio([10, 10], [0, 5]) == 2


def test_verdicts() -> None:
    """A bar is held at its value; what was not measured holds nothing."""
    assert verdict(3.0, 3.0) == "holds"
    assert verdict(2.99, 3.0) == "MISSED"
    assert verdict(21, 20, at_least=False) == "MISSED"
    assert verdict(None, 3.0) == "not measured"


def test_tables_are_markdown() -> None:
    """The first column stands to the left, figures to the right."""
    assert markdown(["a", "b"], [["x", "1"]]) == "| a | b |\n|---|---:|\n| x | 1 |"
