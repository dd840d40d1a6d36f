"""Rollups by hour and by day, and the functions by which old chunks go."""

from alembic import op

revision = "0005_rollups"
down_revision = "0004_jobs"

FACTS = ("readings", "positions", "passes", "violations", "events", "batches")


def upgrade() -> None:
    _rollups()
    _retire_chunks()
    _enable_columnstore()


def _rollups() -> None:
    rolled = """count integer NOT NULL, sum double precision NOT NULL,
        min double precision NOT NULL, max double precision NOT NULL"""
    op.execute(f"""
        CREATE TABLE rollups_hour (
            device integer NOT NULL, quantity text NOT NULL, bucket timestamptz NOT NULL,
            {rolled}, PRIMARY KEY (device, quantity, bucket))""")
    op.execute(
        "SELECT create_hypertable('rollups_hour', by_range('bucket', INTERVAL '30 days'),"
        " create_default_indexes => false)"
    )
    op.execute(f"""
        CREATE TABLE rollups_day (
            device integer NOT NULL, quantity text NOT NULL, day timestamptz NOT NULL,
            {rolled}, PRIMARY KEY (device, quantity, day))""")
    op.execute("COMMENT ON COLUMN rollups_day.day IS 'Midnight in Asia/Shanghai'")
    # Days with a newly rolled hour; only the roller writes here.
    op.execute("""
        CREATE TABLE rollup_dirty_day (
            device integer NOT NULL, day timestamptz NOT NULL, PRIMARY KEY (device, day))""")
    op.execute("GRANT SELECT, INSERT, UPDATE ON rollups_hour, rollups_day TO hengyang_app")
    op.execute("GRANT SELECT, INSERT, DELETE ON rollup_dirty_day TO hengyang_app")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON rollup_dirty TO hengyang_app")
    # Marks come and go by thousands: without this their index is read past the dead ones.
    for table in ("rollup_dirty", "rollup_dirty_day"):
        op.execute(f"ALTER TABLE {table} SET (autovacuum_vacuum_scale_factor = 0,"
                   " autovacuum_vacuum_threshold = 20000)")  # fmt: skip


def _retire_chunks() -> None:
    """Dropping needs the owner; the worker may ask for it, and only in bounds that do no harm."""
    names = ", ".join(f"'{name}'" for name in (*FACTS, "rollups_hour"))
    op.execute(f"""
        CREATE FUNCTION retire_chunks(hypertable text, older_than timestamptz)
        RETURNS SETOF text LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = public, pg_temp AS $$
        BEGIN
            IF hypertable NOT IN ({names}) THEN
                RAISE EXCEPTION '% is not kept by age', hypertable
                    USING ERRCODE = 'insufficient_privilege';
            END IF;
            -- What is forgotten would count as new if it came again within the accept window.
            IF older_than > now() - INTERVAL '8 days' THEN
                RAISE EXCEPTION 'facts of less than 8 days are still accepted'
                    USING ERRCODE = 'check_violation';
            END IF;
            IF hypertable = 'readings' AND (
                older_than > (SELECT rolled_upto FROM rollup_progress)
                OR EXISTS (SELECT FROM rollup_dirty WHERE bucket < older_than)
            ) THEN
                RAISE EXCEPTION 'readings before % are not rolled up yet', older_than
                    USING ERRCODE = 'object_not_in_prerequisite_state';
            END IF;
            RETURN QUERY SELECT drop_chunks(hypertable::regclass, older_than => older_than)::text;
        END $$""")
    op.execute("REVOKE ALL ON FUNCTION retire_chunks FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION retire_chunks TO hengyang_app")


def _enable_columnstore() -> None:
    """For servers with the community licence; the decision is `ingest.series.retention`'s."""
    names = ", ".join(f"'{name}'" for name in FACTS if name != "batches")
    op.execute(f"""
        CREATE FUNCTION enable_columnstore(hypertable text, after interval)
        RETURNS void LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = public, pg_temp AS $$
        BEGIN
            IF hypertable NOT IN ({names}) OR after < INTERVAL '8 days' THEN
                RAISE EXCEPTION '% is not compressed after %', hypertable, after
                    USING ERRCODE = 'check_violation';
            END IF;
            EXECUTE format('ALTER TABLE %I SET (timescaledb.enable_columnstore,'
                ' timescaledb.segmentby = ''device'', timescaledb.orderby = ''time'')', hypertable);
            CALL add_columnstore_policy(hypertable::regclass, after => after,
                if_not_exists => true);
        END $$""")
    op.execute("REVOKE ALL ON FUNCTION enable_columnstore FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION enable_columnstore TO hengyang_app")


def downgrade() -> None:
    op.execute("DROP FUNCTION retire_chunks, enable_columnstore")
    op.execute("DROP TABLE rollup_dirty_day, rollups_day, rollups_hour")
