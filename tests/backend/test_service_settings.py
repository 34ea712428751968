"""backend.settings: what an operator says in the environment."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from pathlib import Path

import pytest

from backend.database.connecting import checked_url, sqlite_file
from backend.settings import Limits, ServiceSettings, load_settings
from benchmark.errors import UsageError

HASH = hashlib.sha256(b"t0p-s3cret").hexdigest()
GOOD = {
    "DATABASE_URL": "postgres://u:s3cret@db/tests",
    "STRESS_API_RUNS_DIR": "/var/runs",
    "STRESS_API_KEY_FILE": "/etc/run.key",
    "STRESS_API_TOKENS": f"ann@example.com:admin:{HASH},\n b@example.com:user:{'0' * 64}",
    "STRESS_API_ALLOWED_TARGETS": "api.example.com, *.test  10.0.0.0/8 ::1,localhost:8001",
    "STRESS_API_SLOTS": "3",
    "STRESS_API_QUEUE_SIZE": "0",
    "STRESS_API_LEASE_SECONDS": "7.5",
    "STRESS_API_RETENTION_DAYS": "0.5",
    "STRESS_API_RETENTION_BYTES": "0",
    "STRESS_API_REQUESTS_PER_MINUTE": "10",
    "STRESS_API_STARTS_PER_MINUTE": "1",
    "STRESS_API_CORS_ORIGINS": "https://console.example.com http://localhost:3000",
    "STRESS_API_PUBLIC_ADDRESSES": "stress.example.com, [::1]:8000",
    "STRESS_API_MAX_USERS": " 5 ",
    "STRESS_API_MAX_REQUEST_RATE": "12.5",
    "STRESS_API_MAX_DURATION": "60",
    "STRESS_API_MAX_ENDPOINTS": "7",
    "STRESS_API_MAX_BODY_BYTES": "1000",
    "STRESS_API_MAX_RUNS_PER_USER": "2",
    "STRESS_API_MAX_RUN_BYTES": "5000000",
    "STRESS_API_MAX_MEMORY_BYTES": "900000000",
}
EXPECTED = ServiceSettings(
    database_url="postgres://u:s3cret@db/tests",
    runs_dir=Path("/var/runs"),
    key_file=Path("/etc/run.key"),
    tokens=(f"ann@example.com:admin:{HASH}", f"b@example.com:user:{'0' * 64}"),
    allowed_targets=("api.example.com", "*.test", "10.0.0.0/8", "::1", "localhost:8001"),
    slots=3,
    queue_size=0,
    lease_seconds=7.5,
    retention_days=0.5,
    retention_bytes=0,
    requests_per_minute=10,
    starts_per_minute=1,
    cors_origins=("https://console.example.com", "http://localhost:3000"),
    public_addresses=("stress.example.com", "[::1]:8000"),
    limits=Limits(5, 12.5, 60.0, 7, 1000, 2, 5_000_000, 900_000_000),
)


def test_every_setting_has_a_variable() -> None:
    """All that can be set directly can be set in the environment."""
    assert load_settings(GOOD) == EXPECTED
    named = len(fields(ServiceSettings)) - 1 + len(fields(Limits))
    assert len(GOOD) == named


def test_secrets_are_not_shown() -> None:
    """Settings can be logged: the database's password and the tokens are not in their text."""
    text = repr(load_settings(GOOD))
    assert "s3cret" not in text
    assert HASH not in text


def test_a_checkout_keeps_its_data_inside(tmp_path: Path) -> None:
    """In a checkout, runs are outside the folder whose changes restart the service."""
    found = load_settings({}, checkout=tmp_path)
    assert sqlite_file(checked_url(found.database_url)) == tmp_path / "backend/data/stress_api.db"
    assert found.runs_dir == tmp_path / "benchmark" / "results" / "service"
    assert found.key_file == tmp_path / "backend" / "data" / "run_secrets.key"
    assert found.limits == Limits()


def test_an_installed_service_keeps_its_data_where_it_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the package is installed, everything is in one folder of the working folder."""
    monkeypatch.chdir(tmp_path)
    found = load_settings({}, checkout=None)
    data = tmp_path / "stress-api-data"
    assert sqlite_file(checked_url(found.database_url)) == data / "stress_api.db"
    assert (found.runs_dir, found.key_file) == (data / "runs", data / "run_secrets.key")


def test_the_process_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without another environment the process's own counts; an empty one is another one."""
    monkeypatch.setenv("STRESS_API_SLOTS", "4")
    assert load_settings().slots == 4
    assert load_settings({}).slots == 1


def test_paths_start_in_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path means the same after the service changed its folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/ann")
    environ = {"STRESS_API_RUNS_DIR": "runs", "STRESS_API_KEY_FILE": "~/k"}
    found = load_settings(environ)
    assert (found.runs_dir, found.key_file) == (tmp_path / "runs", Path("/home/ann/k"))


def test_what_is_empty_is_not_given() -> None:
    """Empty variables, as compose files make them, leave the default."""
    assert load_settings(dict.fromkeys(GOOD, " ")) == load_settings({})


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("DATABASE_URL", "mysql://u:s3cret@h/d"),
        ("DATABASE_URL", "sqlite://"),
        ("STRESS_API_KEY_FILE", "~nobody-of-this-name/key"),
        ("STRESS_API_SLOTS", "0"),
        ("STRESS_API_SLOTS", "1.5"),
        ("STRESS_API_SLOTS", "many"),
        ("STRESS_API_SLOTS", "9" * 5000),
        ("STRESS_API_QUEUE_SIZE", "-1"),
        ("STRESS_API_LEASE_SECONDS", "1"),
        ("STRESS_API_LEASE_SECONDS", "nan"),
        ("STRESS_API_LEASE_SECONDS", "inf"),
        ("STRESS_API_MAX_DURATION", "0"),
        ("STRESS_API_MAX_RUN_BYTES", "10"),
        ("STRESS_API_MAX_MEMORY_BYTES", "1e9"),
        ("STRESS_API_TOKEN", "a"),
        ("STRESS_API_PROT", "1"),
    ],
)
def test_a_wrong_value_names_its_variable(variable: str, text: str) -> None:
    """What cannot be meant is refused, briefly, and without what may be a secret."""
    with pytest.raises(UsageError) as caught:
        load_settings({variable: text})
    assert caught.value.message.startswith(variable)
    assert "s3cret" not in str(caught.value)
    assert HASH[:20] not in str(caught.value)
    assert len(str(caught.value)) < 1200


def test_variables_of_kubernetes_are_let_be() -> None:
    """A Kubernetes service called stress-api sets variables of its own."""
    environ = {
        "STRESS_API_SERVICE_HOST": "10.0.0.1",
        "STRESS_API_SERVICE_PORT": "8000",
        "STRESS_API_SERVICE_PORT_HTTP": "8000",
        "STRESS_API_PORT": "tcp://10.0.0.1:8000",
        "STRESS_API_PORT_8000_TCP": "tcp://10.0.0.1:8000",
        "STRESS_API_PORT_8000_TCP_ADDR": "10.0.0.1",
    }
    assert load_settings(environ) == load_settings({})
