"""Counts of passes by minute and quarter, how far they reach, and passes found by their batch."""

from alembic import op

revision = "0020_traffic_counts"
down_revision = "0019_traffic_sites"

TABLES = {"traffic_minutes": "1 day", "traffic_quarters": "30 days"}


def upgrade() -> None:
    for table, chunk in TABLES.items():
        _counts(table, chunk)
    # One row, locked by who counts: no batch is counted twice. `commit_no`: batches up to this one
    # are in both tables, all of them and no other.
    op.execute("""
        CREATE TABLE traffic_progress (
            only_row boolean CONSTRAINT pk_traffic_progress PRIMARY KEY DEFAULT true
                CHECK (only_row),
            commit_no bigint NOT NULL, received_upto timestamptz NOT NULL
        ) WITH (fillfactor = 50)""")
    op.execute("INSERT INTO traffic_progress (commit_no, received_upto) VALUES (0, '1970-01-01Z')")
    op.execute("GRANT SELECT, UPDATE ON traffic_progress TO hengyang_app")
    # Block ranges know nothing of rows since the last vacuum; a tree only grows at its end.
    op.execute("DROP INDEX passes_batch")
    op.execute("CREATE INDEX passes_batch ON passes (batch)")
    _add_counts()
    _retire()


def _counts(table: str, chunk: str) -> None:
    op.execute(f"""
        CREATE TABLE {table} (
            device integer NOT NULL, bucket timestamptz NOT NULL, lane smallint NOT NULL,
            count integer NOT NULL, unreadable integer NOT NULL,
            speed_count integer NOT NULL, speed_sum double precision NOT NULL,
            classes jsonb NOT NULL,
            CONSTRAINT pk_{table} PRIMARY KEY (device, bucket, lane)
        ) WITH (fillfactor = 80)""")
    op.execute(
        f"SELECT create_hypertable('{table}', by_range('bucket', INTERVAL '{chunk}'),"
        " create_default_indexes => false)"
    )
    op.execute(f"CREATE INDEX ix_{table}_bucket ON {table} (bucket)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO hengyang_app")
    op.execute(f"COMMENT ON COLUMN {table}.classes IS 'Vehicles by class'")


def _add_counts() -> None:
    op.execute("""
        CREATE FUNCTION add_counts(a jsonb, b jsonb) RETURNS jsonb
        LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
            SELECT coalesce(jsonb_object_agg(key, n), '{}') FROM (
                SELECT key, sum(value::bigint) AS n
                FROM (SELECT * FROM jsonb_each_text(a) UNION ALL SELECT * FROM jsonb_each_text(b))
                    AS both_of_them
                GROUP BY key) AS summed
        $$""")


def _retire() -> None:
    names = ", ".join(f"'{name}'" for name in TABLES)
    op.execute(f"""
        CREATE FUNCTION retire_traffic_counts(hypertable text, older_than timestamptz)
        RETURNS SETOF text LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = public, pg_temp AS $$
        BEGIN
            IF hypertable NOT IN ({names}) OR older_than > now() - INTERVAL '8 days' THEN
                RAISE EXCEPTION '% of so late is kept', hypertable
                    USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN QUERY SELECT drop_chunks(hypertable::regclass, older_than => older_than)::text;
        END $$""")
    op.execute("REVOKE ALL ON FUNCTION retire_traffic_counts FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION retire_traffic_counts TO hengyang_app")


def downgrade() -> None:
    op.execute("DROP FUNCTION retire_traffic_counts, add_counts")
    op.execute("DROP INDEX passes_batch")
    op.execute("CREATE INDEX passes_batch ON passes USING brin (batch)")
    op.execute("DROP TABLE traffic_progress, traffic_quarters, traffic_minutes")
