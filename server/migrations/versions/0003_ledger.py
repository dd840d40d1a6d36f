"""Facts, the ledger of what was committed, gaps, dead letters, latest values, device status."""

from alembic import op

revision = "0003_ledger"
down_revision = "0002_devices"

# Facts carry no foreign key: TimescaleDB's hypertables bear none, and a device is retired, never
# deleted. No unique key either: the ledger decides what is new, and COPY stays fast.
FACTS = {
    "readings": '"values" double precision[] NOT NULL',
    "positions": """lon double precision NOT NULL, lat double precision NOT NULL,
        speed_mps real NOT NULL, heading_deg real NOT NULL, accuracy_m real""",
    "passes": """plate text NOT NULL, plate_colour text NOT NULL, vehicle_class text NOT NULL,
        lane smallint NOT NULL, speed_mps real, evidence text[] NOT NULL""",
    "violations": """code text NOT NULL, plate text NOT NULL, plate_colour text NOT NULL,
        vehicle_class text NOT NULL, lane smallint NOT NULL, speed_mps real, limit_mps real,
        evidence text[] NOT NULL""",
    "events": "name text NOT NULL, command text, ok boolean, detail text",
}


def _facts(table: str, columns: str) -> None:
    op.execute(f"""
        CREATE TABLE {table} (
            device integer NOT NULL, time timestamptz NOT NULL, received_at timestamptz NOT NULL,
            boot bigint NOT NULL, seq bigint NOT NULL, digest bigint NOT NULL,
            batch bigint NOT NULL, {columns})""")
    op.execute(
        f"SELECT create_hypertable('{table}', by_range('time', INTERVAL '1 day'),"
        " create_default_indexes => false)"
    )
    op.execute(f"CREATE INDEX {table}_device_time ON {table} (device, time DESC)")
    op.execute(f"CREATE INDEX {table}_batch ON {table} USING brin (batch)")
    op.execute(f"GRANT SELECT, INSERT ON {table} TO hengyang_ingest")
    op.execute(f"GRANT SELECT ON {table} TO hengyang_app")


def _ledger() -> None:
    # `added` holds what the last batch brought that was new: ON CONFLICT cannot return old values.
    # Frequent small updates: half-empty pages keep them on the page (HOT).
    op.execute("""
        CREATE TABLE ledger (
            device integer NOT NULL, boot bigint NOT NULL,
            committed int8multirange NOT NULL,
            added int8multirange NOT NULL,
            lost int8multirange NOT NULL DEFAULT '{}',
            announced bigint NOT NULL DEFAULT -1,
            first_seen timestamptz NOT NULL, last_seen timestamptz NOT NULL,
            clock_skew real NOT NULL DEFAULT 0,
            holed boolean NOT NULL GENERATED ALWAYS AS (
                int8multirange(int8range(0, greatest(upper(committed), announced + 1)))
                - committed - lost <> '{}') STORED,
            PRIMARY KEY (device, boot)
        ) WITH (fillfactor = 50)""")
    op.execute("CREATE INDEX ledger_holed ON ledger (device, boot) WHERE holed")
    op.execute("""
        CREATE TABLE gaps (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            device integer NOT NULL, boot bigint NOT NULL,
            span int8range NOT NULL, missing int8multirange NOT NULL,
            state text NOT NULL CHECK (state IN ('pending', 'open', 'healed', 'lost')),
            seen_at timestamptz NOT NULL, opened_at timestamptz, requested_at timestamptz,
            closed_at timestamptz, attempts integer NOT NULL DEFAULT 0)""")
    op.execute("CREATE INDEX gaps_device ON gaps (device, boot)")
    op.execute("CREATE INDEX gaps_alive ON gaps (state) WHERE state IN ('pending', 'open')")


def _dead_letters() -> None:
    op.execute("""
        CREATE TABLE dead_letters (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            identity bytea NOT NULL UNIQUE,
            first_received_at timestamptz NOT NULL, last_received_at timestamptz NOT NULL,
            repeats bigint NOT NULL DEFAULT 0,
            topic text NOT NULL, content_type text NOT NULL,
            device_id text, division_code text, stream text, boot bigint, seq bigint,
            reason text NOT NULL, detail text NOT NULL,
            whole boolean NOT NULL, payload bytea NOT NULL, size bigint NOT NULL,
            state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'replayed', 'discarded')),
            closed_at timestamptz, closed_by text, closed_reason text)""")
    op.execute(
        "COMMENT ON COLUMN dead_letters.whole IS"
        " 'The whole message; false: single readings of a message that was stored'"
    )
    op.execute("CREATE INDEX dead_letters_recent ON dead_letters (state, id DESC)")
    op.execute("CREATE INDEX dead_letters_device ON dead_letters (device_id, id DESC)")


def _batches() -> None:
    op.execute("""
        CREATE TABLE batches (
            id bigint NOT NULL, commit_no bigint NOT NULL, writer smallint NOT NULL,
            received_from timestamptz NOT NULL, received_to timestamptz NOT NULL,
            min_time timestamptz, max_time timestamptz,
            deliveries integer NOT NULL, stored integer NOT NULL,
            duplicates integer NOT NULL, dead_letters integer NOT NULL,
            committed_at timestamptz NOT NULL DEFAULT clock_timestamp())""")
    op.execute(
        "SELECT create_hypertable('batches', by_range('received_to', INTERVAL '1 day'),"
        " create_default_indexes => false)"
    )
    op.execute("CREATE INDEX batches_time ON batches (received_to DESC)")
    op.execute("CREATE INDEX batches_commit ON batches (commit_no)")
    op.execute("CREATE INDEX batches_id ON batches (id)")
    op.execute("CREATE SEQUENCE batch_ids")
    # One row each: a number taken last in a transaction follows the order of commits, with no hole.
    op.execute("""
        CREATE TABLE commit_watermark (
            only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
            commit_no bigint NOT NULL)""")
    op.execute("INSERT INTO commit_watermark (commit_no) VALUES (0)")
    op.execute("""
        CREATE TABLE counters (
            writer smallint PRIMARY KEY,
            deliveries bigint NOT NULL, stored bigint NOT NULL, duplicates bigint NOT NULL,
            dead_letters bigint NOT NULL, replayed bigint NOT NULL DEFAULT 0
        ) WITH (fillfactor = 50)""")


def _latest() -> None:
    op.execute("""
        CREATE TABLE latest_readings (
            device integer PRIMARY KEY, time timestamptz NOT NULL, received_at timestamptz NOT NULL,
            "values" double precision[] NOT NULL, times timestamptz[]
        ) WITH (fillfactor = 50)""")
    op.execute(
        "COMMENT ON COLUMN latest_readings.times IS"
        " 'Device time of each value; NULL: all are of `time`'"
    )
    op.execute("""
        CREATE TABLE latest_positions (
            device integer PRIMARY KEY, time timestamptz NOT NULL, received_at timestamptz NOT NULL,
            lon double precision NOT NULL, lat double precision NOT NULL,
            speed_mps real NOT NULL, heading_deg real NOT NULL, accuracy_m real
        ) WITH (fillfactor = 50)""")
    op.execute("""
        CREATE TABLE device_status (
            device integer PRIMARY KEY,
            state text NOT NULL DEFAULT 'unknown', since timestamptz NOT NULL DEFAULT now(),
            reason text NOT NULL DEFAULT 'never heard of', will_state text, will_at timestamptz,
            boot bigint) WITH (fillfactor = 50)""")
    op.execute("""
        CREATE TABLE report_requests (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            reason text NOT NULL, requested_at timestamptz NOT NULL DEFAULT now(),
            done_at timestamptz, asked integer)""")


def _watching() -> None:
    op.execute("""
        CREATE TABLE gateways (
            number smallint PRIMARY KEY, sessions smallint NOT NULL,
            held_at timestamptz NOT NULL)""")
    op.execute(
        "COMMENT ON TABLE gateways IS"
        " 'Numbers whose MQTT sessions the broker keeps; when each was last held'"
    )
    op.execute("GRANT DELETE ON gateways TO hengyang_ingest")
    op.execute("""
        CREATE TABLE ingest_watch (
            only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
            watched_until timestamptz NOT NULL)""")
    op.execute("INSERT INTO ingest_watch (watched_until) VALUES (now())")
    op.execute("""
        CREATE TABLE blind_periods (
            started_at timestamptz PRIMARY KEY, ended_at timestamptz NOT NULL,
            CHECK (started_at < ended_at))""")


def _rollup_marks() -> None:
    op.execute("""
        CREATE TABLE rollup_progress (
            only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
            rolled_upto timestamptz NOT NULL)""")
    op.execute("INSERT INTO rollup_progress (rolled_upto) VALUES ('1970-01-01T00:00:00Z')")
    op.execute("""
        CREATE TABLE rollup_dirty (
            device integer NOT NULL, bucket timestamptz NOT NULL,
            marked_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (device, bucket))""")


def upgrade() -> None:
    for table, columns in FACTS.items():
        _facts(table, columns)
    _ledger()
    _dead_letters()
    _batches()
    _latest()
    _watching()
    _rollup_marks()
    for table in (
        "ledger",
        "gaps",
        "dead_letters",
        "batches",
        "commit_watermark",
        "counters",
        "latest_readings",
        "latest_positions",
        "device_status",
        "report_requests",
        "rollup_dirty",
        "ingest_watch",
        "blind_periods",
        "gateways",
    ):
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO hengyang_ingest")
        op.execute(f"GRANT SELECT ON {table} TO hengyang_app")
    op.execute("GRANT DELETE ON gaps TO hengyang_ingest")
    op.execute("GRANT SELECT ON rollup_progress TO hengyang_ingest")
    op.execute("GRANT SELECT, UPDATE ON rollup_progress TO hengyang_app")
    op.execute("GRANT SELECT, DELETE, UPDATE ON rollup_dirty TO hengyang_app")
    op.execute("GRANT UPDATE ON dead_letters TO hengyang_app")
    op.execute("GRANT USAGE ON SEQUENCE batch_ids TO hengyang_ingest")


def downgrade() -> None:
    for table in (
        "gateways",
        "blind_periods",
        "ingest_watch",
        "rollup_dirty",
        "rollup_progress",
        "report_requests",
        "device_status",
        "latest_positions",
        "latest_readings",
        "counters",
        "commit_watermark",
        "batches",
        "dead_letters",
        "gaps",
        "ledger",
        *reversed(FACTS),
    ):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP SEQUENCE batch_ids")
