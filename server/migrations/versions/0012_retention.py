"""What grows without an end gets one: evidence by its last naming, closed dead letters, quotas."""

from alembic import op

revision = "0012_retention"
down_revision = "0011_handover"


def upgrade() -> None:
    _evidence()
    _dead_letters()


def _evidence() -> None:
    op.execute("ALTER TABLE evidence ADD last_named_at timestamptz")
    op.execute(
        "COMMENT ON COLUMN evidence.last_named_at IS"
        " 'When a message last named it or somebody sent it again, exact to a day;"
        " null: never since first_seen'"
    )
    op.execute("CREATE INDEX ix_evidence_first_seen ON evidence (first_seen)")
    op.execute("GRANT DELETE ON evidence TO hengyang_app")
    op.execute("GRANT UPDATE (last_named_at) ON evidence TO hengyang_ingest")
    op.execute("""
        CREATE TABLE evidence_days (
            device integer NOT NULL, day date NOT NULL, bytes bigint NOT NULL,
            PRIMARY KEY (device, day))""")
    op.execute("COMMENT ON TABLE evidence_days IS 'Bytes that a device sent on a day of Hengyang'")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON evidence_days TO hengyang_app")


def _dead_letters() -> None:
    """Nobody deletes what was received; what was decided about goes after a month at least."""
    op.execute("CREATE INDEX dead_letters_closed ON dead_letters (closed_at)"
               " WHERE closed_at IS NOT NULL")  # fmt: skip
    op.execute("""
        CREATE FUNCTION forget_dead_letters(older_than timestamptz, most integer)
        RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = public, pg_temp AS $$
        DECLARE gone bigint;
        BEGIN
            IF older_than > now() - INTERVAL '30 days' THEN
                RAISE EXCEPTION 'dead letters closed within 30 days are kept'
                    USING ERRCODE = 'check_violation';
            END IF;
            DELETE FROM dead_letters WHERE id IN (
                SELECT id FROM dead_letters
                WHERE state <> 'open' AND closed_at < older_than LIMIT most);
            GET DIAGNOSTICS gone = ROW_COUNT;
            RETURN gone;
        END $$""")
    op.execute("REVOKE ALL ON FUNCTION forget_dead_letters FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION forget_dead_letters TO hengyang_app")


def downgrade() -> None:
    op.execute("DROP FUNCTION forget_dead_letters")
    op.execute("DROP INDEX dead_letters_closed, ix_evidence_first_seen")
    op.execute("DROP TABLE evidence_days")
    op.execute("ALTER TABLE evidence DROP last_named_at")
    op.execute("REVOKE DELETE ON evidence FROM hengyang_app")
