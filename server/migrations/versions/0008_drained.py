"""When nothing last waited for a gateway: until then a hole may still lie in its queue."""

from alembic import op

revision = "0008_drained"
down_revision = "0007_arrange"


def upgrade() -> None:
    op.execute("ALTER TABLE gateways ADD drained_at timestamptz")
    op.execute(
        "COMMENT ON COLUMN gateways.drained_at IS"
        " 'When it was last connected and committing with nothing waiting; null: never yet'"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE gateways DROP drained_at")
