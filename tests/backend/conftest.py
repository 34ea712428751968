"""What tests of the service share: databases of both kinds."""

from __future__ import annotations

from tests.databases import (
    database,
    database_url,
    empty_database_url,
    migrated_file,
    migrated_postgresql,
    postgresql_server,
    sqlite_url,
)

__all__ = [
    "database",
    "database_url",
    "empty_database_url",
    "migrated_file",
    "migrated_postgresql",
    "postgresql_server",
    "sqlite_url",
]
