"""The tables: users, sessions, configurations, results and what a run needs while it is going on.

A session is a named group of test configurations, not a login. A result's row is made when its test
is started; it is the queue too, so a test exists exactly once. Summary figures stand in columns of
their own; the whole result is kept apart, so that lists read little. All times are UTC.
"""

from __future__ import annotations

import re
from datetime import MINYEAR, UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

RUN_STATUSES = ("pending", "running", "completed", "failed", "stopped", "interrupted")
"""What a test's `status` can be. The last four are final."""

FINAL_STATUSES = ("completed", "failed", "stopped", "interrupted")


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite forgets time zones; what is read back says UTC again."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: Dialect) -> datetime | None:
        """Refuse a time without a zone: it would mean another moment on each machine."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a time zone")
        try:
            return value.astimezone(UTC)
        except OverflowError:  # hours before the first or after the last moment that Python knows
            return (datetime.min if value.year == MINYEAR else datetime.max).replace(tzinfo=UTC)

    def process_result_value(self, value: datetime | None, _: Dialect) -> datetime | None:
        """What the database gave, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class ShortText(TypeDecorator[str]):
    """Text of whatever origin, of at most a number of characters.

    What PostgreSQL refuses in a text (the character NUL, lone surrogates) becomes U+FFFD.
    """

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, _: Dialect) -> str | None:
        """The text as every database takes it."""
        return None if value is None else _UNSTORABLE.sub("\ufffd", value)


class LongText(ShortText):
    """Text of whatever origin and length."""

    impl = Text
    cache_ok = True


_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


class Base(DeclarativeBase):
    """All tables; constraints have names, so that migrations can change them."""

    __test__ = False  # some names begin with Test: pytest is not to collect them

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class User(Base):
    """Somebody whose tests are kept. Made on first use; the e-mail address is in lower case."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(ShortText(254), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    sessions: Mapped[list[TestSession]] = relationship(
        back_populates="user", cascade="all, delete-orphan", passive_deletes=True
    )


class TestSession(Base):
    """A named group of test configurations."""

    __tablename__ = "test_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(ShortText(200))
    description: Mapped[str] = mapped_column(LongText, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)

    user: Mapped[User] = relationship(back_populates="sessions")
    configurations: Mapped[list[TestConfiguration]] = relationship(
        back_populates="session",
        cascade="all, delete-orphan",
        passive_deletes=True,
        order_by="TestConfiguration.id",
    )


class TestConfiguration(Base):
    """What a test asks for, kept under a name. `settings` are the fields of a start, no secrets."""

    __tablename__ = "test_configurations"

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(
        ForeignKey("test_sessions.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(ShortText(200))
    target_url: Mapped[str] = mapped_column(ShortText(2048))
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)

    session: Mapped[TestSession] = relationship(back_populates="configurations")


class TestResult(Base):
    """One test: what was asked, how far it is, and its summary. `id` is `test_id` and `result_id`.

    `owner` is the process that runs it, until `lease_expires_at`, which a heartbeat moves on.
    `is_example` rows were made by hand: they occupy no slot and nobody recovers them. `request` is
    what was asked for, secrets masked. Times `*_ms` are milliseconds, `rps` requests per second.
    """

    __tablename__ = "test_results"
    __table_args__ = (
        Index("ix_test_results_queue", "status", "queue_number"),
        # Each order of a list, down to the id: pages are cut out of an index alone.
        Index("ix_test_results_created_at", "created_at", "id"),
        Index("ix_test_results_user_created", "user_id", "created_at", "id"),
        Index("ix_test_results_session_created", "session_id", "created_at", "id"),
        Index("ix_test_results_configuration_created", "configuration_id", "created_at", "id"),
        Index("ix_test_results_status_created", "status", "created_at", "id"),
        Index("ix_test_results_requests", "requests", "id"),
        Index("ix_test_results_failures", "failures", "id"),
        Index("ix_test_results_rps", "rps", "id"),
        Index("ix_test_results_mean_ms", "mean_ms", "id"),
        Index("ix_test_results_p95_ms", "p95_ms", "id"),
        Index("ix_test_results_p99_ms", "p99_ms", "id"),
        UniqueConstraint("user_id", "idempotency_key"),
    )

    id: Mapped[str] = mapped_column(ShortText(36), primary_key=True)
    queue_number: Mapped[int] = mapped_column(BigInteger, index=True)
    kind: Mapped[str] = mapped_column(ShortText(20))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    session_id: Mapped[int | None] = mapped_column(
        ForeignKey("test_sessions.id", ondelete="SET NULL")
    )
    configuration_id: Mapped[int | None] = mapped_column(
        ForeignKey("test_configurations.id", ondelete="SET NULL")
    )
    is_example: Mapped[bool] = mapped_column(Boolean, default=False)
    idempotency_key: Mapped[str | None] = mapped_column(ShortText(200))
    target_url: Mapped[str] = mapped_column(ShortText(2048))
    strategy: Mapped[str] = mapped_column(ShortText(20))
    request: Mapped[dict[str, Any]] = mapped_column(JSON)

    status: Mapped[str] = mapped_column(ShortText(20), default="pending")
    status_reason: Mapped[str] = mapped_column(LongText, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    owner: Mapped[str | None] = mapped_column(ShortText(200))
    lease_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stop_requested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    requests: Mapped[int | None] = mapped_column(BigInteger)
    failures: Mapped[int | None] = mapped_column(BigInteger)
    rps: Mapped[float | None] = mapped_column(Float)
    min_ms: Mapped[float | None] = mapped_column(Float)
    mean_ms: Mapped[float | None] = mapped_column(Float)
    p50_ms: Mapped[float | None] = mapped_column(Float)
    p75_ms: Mapped[float | None] = mapped_column(Float)
    p90_ms: Mapped[float | None] = mapped_column(Float)
    p95_ms: Mapped[float | None] = mapped_column(Float)
    p99_ms: Mapped[float | None] = mapped_column(Float)
    p99_9_ms: Mapped[float | None] = mapped_column(Float)
    max_ms: Mapped[float | None] = mapped_column(Float)
    seconds: Mapped[float | None] = mapped_column(Float)
    grade: Mapped[str | None] = mapped_column(ShortText(20))
    validity: Mapped[str | None] = mapped_column(ShortText(10))
    thresholds_met: Mapped[bool | None] = mapped_column(Boolean)

    user: Mapped[User | None] = relationship()


class ResultDocument(Base):
    """The whole result of a test: the result document as zlib-compressed JSON."""

    __tablename__ = "result_documents"

    result_id: Mapped[str] = mapped_column(
        ForeignKey("test_results.id", ondelete="CASCADE"), primary_key=True
    )
    document: Mapped[bytes] = mapped_column(LargeBinary)


class RunSecret(Base):
    """What was asked for with its secrets, encrypted; erased when the run ends."""

    __tablename__ = "run_secrets"

    result_id: Mapped[str] = mapped_column(
        ForeignKey("test_results.id", ondelete="CASCADE"), primary_key=True
    )
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)


class AuditEntry(Base):
    """Who did what against whom. Outlives the users and results that it names."""

    __tablename__ = "audit_log"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    actor: Mapped[str] = mapped_column(ShortText(254))
    peer: Mapped[str] = mapped_column(ShortText(100), default="")
    action: Mapped[str] = mapped_column(ShortText(50))
    target_url: Mapped[str] = mapped_column(ShortText(2048), default="")
    result_id: Mapped[str | None] = mapped_column(ShortText(36))
    detail: Mapped[str] = mapped_column(LongText, default="")
