"""Evidence on which plates can be read is marked, and a refused upload of a named picture noted."""

from alembic import op

revision = "0018_plates"
down_revision = "0017_violation_codes"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE evidence ADD personal boolean NOT NULL DEFAULT false,"
        " ADD refused text, ADD refused_at timestamptz"
    )
    op.execute("COMMENT ON COLUMN evidence.personal IS 'Number plates can be read on it'")
    op.execute(
        "COMMENT ON COLUMN evidence.refused IS"
        " 'Code of the problem for which the last upload was refused; null once it is stored'"
    )
    op.execute("""
        UPDATE evidence SET personal = true
        FROM devices d WHERE d.id = evidence.device AND d.kind = 'epolice'""")
    op.execute("GRANT UPDATE (personal) ON evidence TO hengyang_ingest")


def downgrade() -> None:
    op.execute("ALTER TABLE evidence DROP personal, DROP refused, DROP refused_at")
