"""Outbox with positions, evidence with its pending ones, and the job queue's own schema."""

import hashlib
from importlib import resources

from alembic import op

revision = "0004_jobs"
down_revision = "0003_ledger"

# The queue's schema comes with its package, whose version is locked. Another text than the one
# this step was written for must not pass unseen: it needs a step of its own, after this one.
PROCRASTINATE = "procrastinate 3.10.0"
PROCRASTINATE_SHA256 = "c70ec4b400a60ad9592787653aae5ae77ae41bf801d56b5bd2712751a07f2009"
JOB_TABLES = (
    "procrastinate_workers",
    "procrastinate_jobs",
    "procrastinate_periodic_defers",
    "procrastinate_events",
)


def upgrade() -> None:
    _outbox()
    _evidence()
    _jobs()


def _queue_schema() -> str:
    schema = resources.files("procrastinate").joinpath("sql", "schema.sql").read_bytes()
    if hashlib.sha256(schema).hexdigest() != PROCRASTINATE_SHA256:
        raise RuntimeError(f"the installed job queue is not {PROCRASTINATE}: write a migration")
    return schema.decode()


def _outbox() -> None:
    # `position` is given by the relay after the commit was seen; see docs/decisions/0004.
    op.execute("""
        CREATE TABLE outbox (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            position bigint CONSTRAINT uq_outbox_position UNIQUE,
            stream text NOT NULL, event text NOT NULL, payload jsonb NOT NULL,
            emitted_at timestamptz NOT NULL DEFAULT clock_timestamp())""")
    op.execute("CREATE INDEX ix_outbox_unnumbered ON outbox (id) WHERE position IS NULL")
    op.execute("""
        CREATE TABLE outbox_head (
            only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
            position bigint NOT NULL DEFAULT 0, sent bigint NOT NULL DEFAULT 0,
            cleaned bigint NOT NULL DEFAULT 0)""")
    op.execute("INSERT INTO outbox_head DEFAULT VALUES")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON outbox TO hengyang_app")
    op.execute("GRANT SELECT, UPDATE ON outbox_head TO hengyang_app")
    op.execute("GRANT SELECT, INSERT ON outbox TO hengyang_ingest")
    op.execute("GRANT SELECT ON outbox_head TO hengyang_ingest")


def _evidence() -> None:
    # One row per picture whether it is here or only named: who comes first makes the row, so
    # message and picture may race as they like.
    op.execute("""
        CREATE TABLE evidence (
            sha256 bytea PRIMARY KEY CHECK (length(sha256) = 32),
            state text NOT NULL CHECK (state IN ('pending', 'stored', 'missing')),
            device integer, division_code text,
            first_seen timestamptz NOT NULL,
            size bigint, content_type text, uploaded_by text, stored_at timestamptz,
            missing_since timestamptz,
            CHECK (state <> 'stored' OR num_nulls(size, content_type, uploaded_by, stored_at) = 0))
        """)
    op.execute("CREATE INDEX ix_evidence_pending ON evidence (first_seen) WHERE state = 'pending'")
    op.execute("GRANT SELECT, INSERT, UPDATE ON evidence TO hengyang_app")
    op.execute("GRANT SELECT, INSERT ON evidence TO hengyang_ingest")


def _jobs() -> None:
    # Through the driver: the text holds percent signs and many statements.
    op.get_bind().connection.dbapi_connection.execute(_queue_schema())
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(JOB_TABLES)} TO hengyang_app")
    op.execute("""
        GRANT USAGE ON SEQUENCE procrastinate_jobs_id_seq, procrastinate_periodic_defers_id_seq,
            procrastinate_events_id_seq TO hengyang_app""")


def downgrade() -> None:
    op.execute(f"DROP TABLE {', '.join(JOB_TABLES)} CASCADE")
    op.execute("""
        DO $$ DECLARE name text; BEGIN
            FOR name IN SELECT oid::regprocedure FROM pg_proc
                WHERE proname LIKE 'procrastinate\\_%' LOOP
                EXECUTE 'DROP FUNCTION ' || name || ' CASCADE';
            END LOOP;
        END $$""")
    op.execute("""
        DROP TYPE procrastinate_job_to_defer_v1, procrastinate_job_status,
            procrastinate_job_event_type""")
    op.execute("DROP TABLE outbox, outbox_head, evidence")
