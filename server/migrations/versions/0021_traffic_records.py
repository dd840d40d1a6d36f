"""Passes and violations are found by time over all sites, and by plate."""

from alembic import op

revision = "0021_traffic_records"
down_revision = "0020_traffic_counts"

# By time it grows at its end; by plate what was unreadable has no entry.
# docs/performance.md has what they cost the writer.
TABLES = ("passes", "violations")


def upgrade() -> None:
    for table in TABLES:
        op.execute(f"CREATE INDEX {table}_time ON {table} (time DESC)")
        op.execute(f"CREATE INDEX {table}_plate ON {table} (plate, time DESC) WHERE plate <> ''")


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DROP INDEX {table}_time, {table}_plate")
