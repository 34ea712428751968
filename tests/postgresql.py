"""A PostgreSQL server of the tests' own, from the installed programs, and databases on it."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg

from tests.ports import unused_port
from tests.waiting import until

_FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "16MB",
    "max_connections": "100",
    "autovacuum": "off",
    "log_min_messages": "panic",
}
"""Nothing of it has to survive the machine."""


def installed_programs() -> Path | None:
    """The folder of `initdb` and `postgres`: Debian keeps it out of the path."""
    on_path = shutil.which("postgres")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").is_file()), None)


@dataclass(frozen=True, slots=True)
class Server:
    """A running server. `url` is its address without the name of a database."""

    url: str
    _numbers: Iterator[int] = field(default_factory=count)

    def new_database(self, like: str = "template1") -> str:
        """The address of a database of its own, with the tables of another one."""
        name = f"t{next(self._numbers)}"
        self.administer(f"CREATE DATABASE {name} TEMPLATE {like}")
        return f"{self.url}/{name}"

    def administer(self, statement: str) -> None:
        """Do something to the server."""
        with psycopg.connect(f"{self.url}/postgres", autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def running_server(programs: Path) -> Iterator[Server]:
    """A server in a folder of its own, which both are gone afterwards. It refuses to run as root."""
    somebody = "postgres" if _exists("postgres") else "nobody"
    who = {"user": somebody, "group": pwd.getpwnam(somebody).pw_gid, "extra_groups": []}
    as_other = who if os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="stress-api-postgresql-"))
    try:
        if as_other:
            shutil.chown(folder, somebody)
        data = folder / "data"
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", "tester", "--auth=trust", "--no-sync",
             "--encoding=UTF8", "--locale=C"],
            check=True, capture_output=True, cwd=folder, **as_other,
        )  # fmt: skip
        port = unused_port()
        settings = [f"-c{name}={value}" for name, value in _FAST.items()]
        with subprocess.Popen(
            [programs / "postgres", "-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", folder,
             *settings],
            cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **as_other,
        ) as process:  # fmt: skip
            try:
                until(lambda: process.poll() is not None or _is_ready(data))
                yield Server(f"postgresql://tester@127.0.0.1:{port}")
            finally:
                process.send_signal(2)  # "fast": connections that are left are closed
    finally:
        shutil.rmtree(folder)


def _is_ready(data: Path) -> bool:
    """Whether the server says that it is, in the last line of its own file."""
    try:
        return (data / "postmaster.pid").read_text().rstrip().endswith("ready")
    except FileNotFoundError:
        return False


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True
