"""Boots that are over leave the ledger; numbers that come in no order are settled in bulk."""

from alembic import op

revision = "0010_boots"
down_revision = "0009_covering"


def upgrade() -> None:
    op.execute("ALTER TABLE ledger ADD settled bigint NOT NULL DEFAULT 0")
    op.execute(
        "COMMENT ON COLUMN ledger.settled IS"
        " 'Numbers below it are closed: what had not come of them was given up'"
    )
    _forget_boots()
    _forget_gaps()


def _forget_boots() -> None:
    # Facts of a boot that was last heard before then were received before then, so the same
    # message again is too old to be accepted: nothing is needed to know it by.
    op.execute("""
        CREATE FUNCTION forget_boots(older_than timestamptz)
        RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = public, pg_temp AS $$
        DECLARE
            gone bigint;
        BEGIN
            IF older_than > now() - INTERVAL '8 days' THEN
                RAISE EXCEPTION 'boots heard of within 8 days may still be needed'
                    USING ERRCODE = 'check_violation';
            END IF;
            DELETE FROM ledger l USING (
                SELECT device, max(last_seen) AS last_seen FROM ledger GROUP BY device
            ) AS newest
            WHERE newest.device = l.device AND l.last_seen < newest.last_seen
              AND l.last_seen < older_than AND NOT l.holed;
            GET DIAGNOSTICS gone = ROW_COUNT;
            RETURN gone;
        END $$""")
    op.execute("REVOKE ALL ON FUNCTION forget_boots FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION forget_boots TO hengyang_app")


def _forget_gaps() -> None:
    # The counts are of all gaps there ever were.
    op.execute("""
        CREATE FUNCTION forget_gaps(older_than timestamptz)
        RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = public, pg_temp AS $$
        DECLARE
            gone bigint;
        BEGIN
            IF older_than > now() - INTERVAL '8 days' THEN
                RAISE EXCEPTION 'gaps closed within 8 days may still heal'
                    USING ERRCODE = 'check_violation';
            END IF;
            WITH forgotten AS (
                SELECT state, count(*) AS n FROM gaps WHERE closed_at < older_than GROUP BY state
            )
            UPDATE gap_counts c SET count = c.count + f.n FROM forgotten f
            WHERE f.state = c.state;
            DELETE FROM gaps WHERE closed_at < older_than;
            GET DIAGNOSTICS gone = ROW_COUNT;
            DELETE FROM report_requests WHERE done_at < older_than;
            DELETE FROM blind_periods WHERE ended_at < older_than;
            RETURN gone;
        END $$""")
    op.execute("REVOKE ALL ON FUNCTION forget_gaps FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION forget_gaps TO hengyang_app")


def downgrade() -> None:
    op.execute("DROP FUNCTION forget_boots, forget_gaps")
    op.execute("ALTER TABLE ledger DROP settled")
