"""Shows what the service has stored as tables of a terminal: `--help`."""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__" and not __package__:  # a script: the repository stands for its folder
    sys.path[0] = str(Path(__file__).resolve().parents[2])

import argparse
from collections.abc import Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy import ColumnElement, ScalarSelect, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from backend.database.scripting import Place, count_rows, leave, opened, the_place
from backend.database.tables import TestConfiguration, TestResult, TestSession, User
from benchmark.utils.text_safety import clean_text

_DEFAULT_LIMIT = 20
_WIDTH = 80  # characters; wider terminals are used, narrower ones cut
_DAY, _MINUTE = "%Y-%m-%d", "%Y-%m-%d %H:%M"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line. Returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="display_database.py",
        description="Shows users, sessions, configurations and results, the newest first. "
        "DATABASE_URL says of which database; without it, the service's own file.",
    )
    parser.add_argument(
        "--limit",
        type=_limit,
        default=_DEFAULT_LIMIT,
        metavar="N",
        help="at most so many rows of each table (default: %(default)s; 0: all)",
    )
    options = parser.parse_args(arguments)
    return leave(lambda: _display(the_place(), options.limit or None))


def _limit(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{number} is below 0")
    return number


def _display(place: Place, limit: int | None) -> int:
    console = Console(width=None if sys.stdout.isatty() else _WIDTH, highlight=False)
    with opened(place, make=False) as database, database.reading() as session:
        counts = count_rows(session)
        tables = {
            "users": _users(session, limit),
            "test_sessions": _sessions(session, limit),
            "test_configurations": _configurations(session, limit),
            "test_results": _results(session, limit),
        }
    console.print(Text(f"Database: {place.name}"))
    for name, table in tables.items():
        more = counts[name] - table.row_count
        table.caption = f"{more:,} older not shown" if more else None
        console.print()
        console.print(table)
    return 0


def _table(title: str, *columns: str) -> Table:
    table = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    for column in columns:
        is_number = column in _NUMBERS
        table.add_column(
            column, justify="right" if is_number else "left", no_wrap=is_number, overflow="fold"
        )
    return table


_NUMBERS = {"id", "sessions", "configurations", "results", "p95"}


def _cell(*lines: object) -> Text:
    """Text of ours and of others, without control characters; one line each, later ones dim."""
    cell = Text(clean_text(lines[0], 200))
    for line in lines[1:]:
        cell.append("\n" + clean_text(line, 200), style="dim")
    return cell


def _users(session: Session, limit: int | None) -> Table:
    sessions = _number_of(TestSession.id, TestSession.user_id == User.id)
    results = _number_of(TestResult.id, TestResult.user_id == User.id)
    table = _table("Users", "id", "email", "since", "sessions", "results")
    rows = select(User, sessions, results).order_by(User.id.desc()).limit(limit)
    for user, number_of_sessions, number_of_results in session.execute(rows):
        table.add_row(
            str(user.id),
            _cell(user.email),
            f"{user.created_at:{_DAY}}",
            str(number_of_sessions),
            str(number_of_results),
        )
    return table


def _number_of(
    column: InstrumentedAttribute[Any], condition: ColumnElement[bool]
) -> ScalarSelect[int]:
    return select(func.count(column)).where(condition).scalar_subquery()


def _sessions(session: Session, limit: int | None) -> Table:
    configurations = _number_of(
        TestConfiguration.id, TestConfiguration.session_id == TestSession.id
    )
    table = _table("Sessions", "id", "session", "user", "since", "configurations")
    rows = (
        select(TestSession, configurations)
        .options(joinedload(TestSession.user))
        .order_by(TestSession.id.desc())
        .limit(limit)
    )
    for each, number in session.execute(rows):
        table.add_row(
            str(each.id),
            _cell(each.name),
            _cell(each.user.email),
            f"{each.created_at:{_DAY}}",
            str(number),
        )
    return table


def _configurations(session: Session, limit: int | None) -> Table:
    table = _table("Configurations", "id", "session", "configuration", "target", "load")
    rows = select(TestConfiguration).order_by(TestConfiguration.id.desc()).limit(limit)
    for each in session.scalars(rows):
        table.add_row(
            str(each.id),
            str(each.session_id),
            _cell(each.name),
            _cell(each.target_url),
            _cell(_load(each.settings)),
        )
    return table


def _load(settings: object) -> str:
    """What a configuration asks for, in words; it may have been written by anybody."""
    if not isinstance(settings, dict):
        return ""
    words = {
        "max_concurrent_users": "{} users",
        "users": "{} users",
        "request_rate": "{} per second",
        "duration": "{} s",
        "strategy": "{}",
    }
    known = [form.format(settings[name]) for name, form in words.items() if settings.get(name)]
    return ", ".join(known)


def _results(session: Session, limit: int | None) -> Table:
    """A result takes two lines: ids are needed whole, and one is looked for by whose it is."""
    table = _table("Results", "result, whose, configuration", "status", "when", "p95")
    rows = (
        select(TestResult, TestConfiguration.name)
        .outerjoin(TestConfiguration, TestResult.configuration_id == TestConfiguration.id)
        .options(joinedload(TestResult.user))
        .order_by(TestResult.created_at.desc(), TestResult.id)
        .limit(limit)
    )
    for each, configuration in session.execute(rows):
        about = [each.user.email if each.user else "nobody's", configuration or each.target_url]
        table.add_row(
            _cell(each.id, ", ".join(about)),
            _cell(each.status, "example" if each.is_example else each.grade or ""),
            _cell(f"{each.started_at or each.created_at:{_MINUTE}}", _size(each)),
            _cell("" if each.p95_ms is None else f"{each.p95_ms:,.1f} ms", _failed(each)),
        )
    return table


def _size(result: TestResult) -> str:
    return "" if result.requests is None else f"{result.requests:,} requests"


def _failed(result: TestResult) -> str:
    if not result.requests or result.failures is None:
        return ""
    return f"{result.failures / result.requests:.2%} fail"


if __name__ == "__main__":
    sys.exit(main())
