"""Old chunks get an index that holds all that is read, instead of being rewritten in its order."""

from alembic import op

revision = "0009_covering"
down_revision = "0008_drained"

# What is read of a device's facts beside device and time: ingest/series/queries.
READ = {
    "readings": '"values", boot, seq',
    "positions": "lon, lat, speed_mps, heading_deg, accuracy_m",
    "passes": "boot, seq, received_at, plate, plate_colour, vehicle_class, lane, speed_mps,"
    " evidence",
}


def upgrade() -> None:
    op.execute("DROP FUNCTION arrange_chunk")
    cases = " ".join(f"WHEN '{name}' THEN '{columns}'" for name, columns in READ.items())
    # CREATE INDEX keeps writers of the chunk away, of whom there are none any more, and no reader.
    op.execute(f"""
        CREATE FUNCTION cover_chunk(hypertable text, older_than timestamptz)
        RETURNS text LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = public, pg_temp SET lock_timeout = '3s' AS $$
        DECLARE
            columns text := CASE hypertable {cases} END;
            chosen regclass;
            chosen_name name;
        BEGIN
            IF columns IS NULL OR older_than > now() - INTERVAL '8 days' THEN
                RAISE EXCEPTION '% of less than 8 days may still grow', hypertable
                    USING ERRCODE = 'check_violation';
            END IF;
            SELECT chunk, c.relname INTO chosen, chosen_name
            FROM show_chunks(hypertable::regclass, older_than => older_than) AS chunk
            JOIN pg_class c ON c.oid = chunk
            WHERE NOT EXISTS (
                SELECT FROM pg_index i JOIN pg_class k ON k.oid = i.indexrelid
                WHERE i.indrelid = chunk AND k.relname = c.relname || '_covering')
            ORDER BY chunk LIMIT 1;
            IF chosen IS NOT NULL THEN
                EXECUTE format('CREATE INDEX %I ON %s (device, time DESC) INCLUDE (%s)',
                               chosen_name || '_covering', chosen, columns);
            END IF;
            RETURN chosen::text;
        END $$""")
    op.execute("REVOKE ALL ON FUNCTION cover_chunk FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION cover_chunk TO hengyang_app")


def downgrade() -> None:
    op.execute("DROP FUNCTION cover_chunk")
