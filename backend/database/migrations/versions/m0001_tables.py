"""The tables as they were at first."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "audit_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(254), nullable=False),
        sa.Column("peer", sa.String(100), nullable=False),
        sa.Column("action", sa.String(50), nullable=False),
        sa.Column("target_url", sa.String(2048), nullable=False),
        sa.Column("result_id", sa.String(36)),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_log"),
    )
    op.create_index("ix_audit_log_at", "audit_log", ["at"])

    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email", name="uq_users_email"),
    )
    op.create_table(
        "test_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_test_sessions_user_id_users", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_test_sessions"),
    )
    op.create_index("ix_test_sessions_created_at", "test_sessions", ["created_at"])
    op.create_index("ix_test_sessions_user_id", "test_sessions", ["user_id"])

    op.create_table(
        "test_configurations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("target_url", sa.String(2048), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["test_sessions.id"],
            name="fk_test_configurations_session_id_test_sessions",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_test_configurations"),
    )
    op.create_index("ix_test_configurations_session_id", "test_configurations", ["session_id"])

    op.create_table(
        "test_results",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("queue_number", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("user_id", sa.Integer()),
        sa.Column("session_id", sa.Integer()),
        sa.Column("configuration_id", sa.Integer()),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("idempotency_key", sa.String(200)),
        sa.Column("target_url", sa.String(2048), nullable=False),
        sa.Column("strategy", sa.String(20), nullable=False),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("owner", sa.String(200)),
        sa.Column("lease_expires_at", sa.DateTime(timezone=True)),
        sa.Column("stop_requested_at", sa.DateTime(timezone=True)),
        sa.Column("requests", sa.BigInteger()),
        sa.Column("failures", sa.BigInteger()),
        sa.Column("rps", sa.Float()),
        sa.Column("min_ms", sa.Float()),
        sa.Column("mean_ms", sa.Float()),
        sa.Column("p50_ms", sa.Float()),
        sa.Column("p95_ms", sa.Float()),
        sa.Column("p99_ms", sa.Float()),
        sa.Column("max_ms", sa.Float()),
        sa.Column("seconds", sa.Float()),
        sa.Column("grade", sa.String(20)),
        sa.Column("validity", sa.String(10)),
        sa.Column("thresholds_met", sa.Boolean()),
        sa.ForeignKeyConstraint(
            ["configuration_id"],
            ["test_configurations.id"],
            name="fk_test_results_configuration_id_test_configurations",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["test_sessions.id"],
            name="fk_test_results_session_id_test_sessions",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_test_results_user_id_users", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_test_results"),
        sa.UniqueConstraint("user_id", "idempotency_key", name="uq_test_results_user_id"),
    )
    op.create_index(
        "ix_test_results_configuration_created", "test_results", ["configuration_id", "created_at"]
    )
    op.create_index("ix_test_results_created_at", "test_results", ["created_at"])
    op.create_index("ix_test_results_failures", "test_results", ["failures"])
    op.create_index("ix_test_results_mean_ms", "test_results", ["mean_ms"])
    op.create_index("ix_test_results_p95_ms", "test_results", ["p95_ms"])
    op.create_index("ix_test_results_p99_ms", "test_results", ["p99_ms"])
    op.create_index("ix_test_results_queue", "test_results", ["status", "queue_number"])
    op.create_index("ix_test_results_queue_number", "test_results", ["queue_number"])
    op.create_index("ix_test_results_requests", "test_results", ["requests"])
    op.create_index("ix_test_results_rps", "test_results", ["rps"])
    op.create_index("ix_test_results_session_created", "test_results", ["session_id", "created_at"])
    op.create_index("ix_test_results_status_created", "test_results", ["status", "created_at"])
    op.create_index("ix_test_results_user_created", "test_results", ["user_id", "created_at"])

    op.create_table(
        "result_documents",
        sa.Column("result_id", sa.String(36), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["result_id"],
            ["test_results.id"],
            name="fk_result_documents_result_id_test_results",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("result_id", name="pk_result_documents"),
    )
    op.create_table(
        "run_secrets",
        sa.Column("result_id", sa.String(36), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["result_id"],
            ["test_results.id"],
            name="fk_run_secrets_result_id_test_results",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("result_id", name="pk_run_secrets"),
    )


def downgrade() -> None:
    """Remove them, and all that is in them."""
    for table in (
        "run_secrets",
        "result_documents",
        "test_results",
        "test_configurations",
        "test_sessions",
        "users",
        "audit_log",
    ):
        op.drop_table(table)
