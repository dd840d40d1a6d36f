"""Commands between us and the broker: handed over and not confirmed yet, or refused for now."""

from alembic import op

revision = "0011_handover"
down_revision = "0010_boots"


def upgrade() -> None:
    op.execute("ALTER TABLE commands ADD handed_at timestamptz, ADD retry_at timestamptz")
    op.execute(
        "COMMENT ON COLUMN commands.handed_at IS"
        " 'When it went to the broker, which has not answered; null: it waits, or is answered'"
    )
    op.execute(
        "COMMENT ON COLUMN commands.retry_at IS"
        " 'Refused by the broker: not before this moment again'"
    )
    # What was under way under the old rule goes out once more; devices know repeats.
    op.execute("UPDATE commands SET state = 'queued' WHERE state = 'sent' AND deadline > now()")


def downgrade() -> None:
    op.execute("ALTER TABLE commands DROP handed_at, DROP retry_at")
