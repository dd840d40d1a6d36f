"""Alarms with their time line, storms as groups, silences, and the matrix of escalation."""

from alembic import op

revision = "0015_alarms"
down_revision = "0012_retention"

SEVERITY = "severity IN ('red', 'orange', 'yellow', 'blue')"


def upgrade() -> None:
    _groups()
    _alarms()
    _keys()
    _acts()
    _silences()
    _matrix()
    _forgetting()
    _grants()


def _groups() -> None:
    op.execute("""
        CREATE TABLE alarm_groups (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            storm text NOT NULL CHECK (length(storm) BETWEEN 1 AND 200),
            current boolean NOT NULL DEFAULT true,
            source text NOT NULL, kind text NOT NULL,
            title_zh text NOT NULL, title_en text NOT NULL,
            count integer NOT NULL,
            first_time timestamptz NOT NULL, last_time timestamptz NOT NULL,
            opened_at timestamptz NOT NULL)""")
    op.execute(
        "COMMENT ON COLUMN alarm_groups.current IS 'The one that the next alarm of the storm joins'"
    )
    op.execute("CREATE UNIQUE INDEX uq_alarm_groups_current ON alarm_groups (storm) WHERE current")


def _alarms() -> None:
    op.execute(f"""
        CREATE TABLE alarms (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            version integer NOT NULL DEFAULT 1,
            key text NOT NULL CHECK (length(key) BETWEEN 1 AND 200),
            state text NOT NULL CONSTRAINT ck_alarms_state
                CHECK (state IN ('raised', 'acknowledged', 'cleared', 'shelved', 'closed')),
            severity text NOT NULL CONSTRAINT ck_alarms_severity CHECK ({SEVERITY}),
            level smallint NOT NULL DEFAULT 0,
            source text NOT NULL CONSTRAINT ck_alarms_source
                CHECK (source IN ('rule', 'liveness', 'gap', 'evidence', 'system')),
            kind text NOT NULL,
            title_zh text NOT NULL, title_en text NOT NULL,
            device integer, device_id text, device_name text,
            division_code text NOT NULL
                CONSTRAINT ck_alarms_division_code CHECK (division_code ~ '^[0-9]{{4,12}}$'),
            place geometry(Point, 4326),
            fact_time timestamptz NOT NULL,
            raised_at timestamptz NOT NULL, changed_at timestamptz NOT NULL,
            waits_since timestamptz NOT NULL, told_at timestamptz NOT NULL,
            acknowledged_at timestamptz, acknowledged_by text,
            cleared_at timestamptz, closed_at timestamptz, shelved_until timestamptz,
            measured jsonb NOT NULL DEFAULT '[]'
                CONSTRAINT ck_alarms_measured CHECK (jsonb_typeof(measured) = 'array'),
            evidence bytea[] NOT NULL DEFAULT '{{}}',
            group_id bigint REFERENCES alarm_groups,
            repeats integer NOT NULL DEFAULT 0,
            rule_id bigint, rule_version integer, rule_name text,
            search text NOT NULL GENERATED ALWAYS AS (
                lower(title_zh || ' ' || title_en || ' ' || coalesce(device_id, '') || ' '
                      || coalesce(device_name, '') || ' ' || coalesce(rule_name, ''))) STORED,
            CONSTRAINT ck_alarms_closed CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
            CONSTRAINT ck_alarms_shelved CHECK ((state = 'shelved') = (shelved_until IS NOT NULL)),
            CONSTRAINT ck_alarms_acknowledged
                CHECK ((acknowledged_at IS NULL) = (acknowledged_by IS NULL)))""")
    _alarm_comments()
    _alarm_indexes()


def _alarm_comments() -> None:
    for column, words in (
        ("level", "How often it was escalated"),
        ("waits_since", "Since when it waits for an acknowledgement"),
        ("told_at", "When its newest event was made: repeats are told now and then"),
        ("measured", "The values it rests on, copied: [{quantity, value, unit, limit}]"),
    ):
        op.execute(f"COMMENT ON COLUMN alarms.{column} IS '{words}'")


def _alarm_indexes() -> None:
    op.execute("CREATE UNIQUE INDEX uq_alarms_open_key ON alarms (key) WHERE state <> 'closed'")
    op.execute("CREATE INDEX ix_alarms_open ON alarms (state) WHERE state <> 'closed'")
    op.execute("CREATE INDEX ix_alarms_closed_at ON alarms (closed_at) WHERE state = 'closed'")
    op.execute("CREATE INDEX ix_alarms_device ON alarms (device_id, id DESC)")
    op.execute("CREATE INDEX ix_alarms_group_id ON alarms (group_id) WHERE group_id IS NOT NULL")
    op.execute("CREATE INDEX ix_alarms_rule ON alarms (rule_id) WHERE state <> 'closed'")
    op.execute("CREATE INDEX ix_alarms_raised_at ON alarms (raised_at)")
    op.execute("CREATE INDEX ix_alarms_evidence ON alarms USING gin (evidence)"
               " WHERE evidence <> '{}'")  # fmt: skip


def _keys() -> None:
    """What holds two reports of one trouble apart, and knows a fact that was reported before."""
    op.execute("""
        CREATE TABLE alarm_keys (
            key text PRIMARY KEY,
            signal_time timestamptz NOT NULL DEFAULT 'epoch',
            touched_at timestamptz NOT NULL) WITH (fillfactor = 70)""")
    op.execute(
        "COMMENT ON COLUMN alarm_keys.signal_time IS"
        " 'Newest fact that raised, repeated or cleared it; what is not newer came before'"
    )


def _acts() -> None:
    op.execute("""
        CREATE TABLE alarm_acts (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            alarm bigint NOT NULL REFERENCES alarms,
            time timestamptz NOT NULL, act text NOT NULL, state text NOT NULL,
            actor_id bigint, actor text NOT NULL,
            note text NOT NULL DEFAULT '', detail jsonb NOT NULL DEFAULT '{}')""")
    op.execute("CREATE INDEX ix_alarm_acts_alarm ON alarm_acts (alarm, id)")
    op.execute("""
        CREATE TRIGGER append_only BEFORE UPDATE OR TRUNCATE ON alarm_acts
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""")


def _silences() -> None:
    # `divisions`: where it silences. That of the device or the division it names; of an area,
    # those of its maker, who cannot silence what he does not see.
    op.execute("""
        CREATE TABLE silences (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            version integer NOT NULL DEFAULT 1,
            device integer, device_id text,
            division text CONSTRAINT ck_silences_division CHECK (division ~ '^[0-9]{4,12}$'),
            area geometry(Polygon, 4326)
                CONSTRAINT ck_silences_area CHECK (ST_IsValid(area) AND NOT ST_IsEmpty(area)),
            divisions text[] NOT NULL CHECK (cardinality(divisions) > 0),
            reason text NOT NULL CHECK (length(reason) BETWEEN 2 AND 500),
            since timestamptz NOT NULL, until timestamptz NOT NULL,
            created_by text NOT NULL,
            ended_at timestamptz, ended_by text,
            CONSTRAINT ck_silences_target CHECK (num_nonnulls(device, division, area) = 1),
            CONSTRAINT ck_silences_device CHECK ((device IS NULL) = (device_id IS NULL)),
            CONSTRAINT ck_silences_until CHECK (until > since),
            CONSTRAINT ck_silences_ended CHECK ((ended_at IS NULL) = (ended_by IS NULL)))""")
    op.execute("CREATE INDEX ix_silences_until ON silences (until) WHERE ended_at IS NULL")
    # Silence 0: maintenance of the device.
    op.execute("""
        CREATE TABLE alarms_suppressed (
            silence bigint NOT NULL, key text NOT NULL,
            device integer, division_code text NOT NULL, count bigint NOT NULL,
            first_time timestamptz NOT NULL, last_time timestamptz NOT NULL,
            PRIMARY KEY (silence, key)) WITH (fillfactor = 70)""")


def _matrix() -> None:
    op.execute(f"""
        CREATE TABLE escalation_matrix (
            severity text NOT NULL CHECK ({SEVERITY}),
            level smallint NOT NULL CHECK (level BETWEEN 1 AND 9),
            after_minutes integer NOT NULL CHECK (after_minutes BETWEEN 1 AND 10080),
            to_role text NOT NULL,
            PRIMARY KEY (severity, level))""")
    op.execute("""
        CREATE TABLE escalation_matrix_head (
            only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
            version integer NOT NULL DEFAULT 1,
            changed_at timestamptz NOT NULL DEFAULT now(), changed_by text NOT NULL)""")
    op.execute("INSERT INTO escalation_matrix_head (changed_by) VALUES ('system')")
    op.execute("""
        INSERT INTO escalation_matrix (severity, level, after_minutes, to_role) VALUES
            ('red', 1, 3, 'commander'), ('red', 2, 10, 'commander'),
            ('orange', 1, 10, 'commander'), ('orange', 2, 30, 'commander'),
            ('yellow', 1, 30, 'commander'), ('blue', 1, 120, 'commander')""")


def _forgetting() -> None:
    """Nobody deletes an alarm or a line of its history; what was closed half a year ago may go."""
    op.execute("""
        CREATE FUNCTION forget_alarms(older_than timestamptz, most integer)
        RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = public, pg_temp AS $$
        DECLARE gone bigint[];
        BEGIN
            IF older_than > now() - INTERVAL '179 days' THEN
                RAISE EXCEPTION 'alarms closed within half a year are kept'
                    USING ERRCODE = 'check_violation';
            END IF;
            SELECT array_agg(id) INTO gone FROM (
                SELECT id FROM alarms WHERE state = 'closed' AND closed_at < older_than
                ORDER BY closed_at LIMIT most FOR UPDATE SKIP LOCKED) AS old;
            DELETE FROM alarm_acts WHERE alarm = ANY (gone);
            DELETE FROM alarms WHERE id = ANY (gone);
            DELETE FROM alarm_groups g WHERE NOT g.current AND g.last_time < older_than
                AND NOT EXISTS (SELECT FROM alarms a WHERE a.group_id = g.id);
            DELETE FROM alarms_suppressed WHERE last_time < older_than;
            DELETE FROM alarm_keys k WHERE k.touched_at < older_than
                AND NOT EXISTS (SELECT FROM alarms a WHERE a.key = k.key AND a.state <> 'closed');
            RETURN coalesce(cardinality(gone), 0);
        END $$""")
    op.execute("REVOKE ALL ON FUNCTION forget_alarms FROM PUBLIC")


def _grants() -> None:
    op.execute("""
        GRANT SELECT, INSERT ON alarms, alarm_groups, alarm_acts, alarm_keys, silences,
            alarms_suppressed TO hengyang_app;
        GRANT UPDATE (version, state, severity, level, title_zh, title_en, fact_time, changed_at,
            waits_since, told_at, acknowledged_at, acknowledged_by, cleared_at, closed_at,
            shelved_until, measured, evidence, repeats) ON alarms TO hengyang_app;
        GRANT UPDATE (current, count, first_time, last_time) ON alarm_groups TO hengyang_app;
        GRANT UPDATE (signal_time, touched_at) ON alarm_keys TO hengyang_app;
        GRANT UPDATE (version, reason, until, ended_at, ended_by) ON silences TO hengyang_app;
        GRANT UPDATE (count, first_time, last_time) ON alarms_suppressed TO hengyang_app;
        GRANT SELECT, INSERT, UPDATE, DELETE ON escalation_matrix TO hengyang_app;
        GRANT SELECT, UPDATE ON escalation_matrix_head TO hengyang_app;
        GRANT EXECUTE ON FUNCTION forget_alarms TO hengyang_app""")


def downgrade() -> None:
    op.execute("DROP FUNCTION forget_alarms")
    op.execute("""
        DROP TABLE escalation_matrix_head, escalation_matrix, alarms_suppressed, silences,
            alarm_acts, alarm_keys, alarms, alarm_groups""")
