"""Dead letters replayed on request, and how many gaps there are of each state."""

from alembic import op

revision = "0006_replay"
down_revision = "0005_rollups"


def upgrade() -> None:
    _replays()
    _gap_counts()


def _replays() -> None:
    op.execute("""
        CREATE TABLE dead_letter_replays (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            requested_by text NOT NULL, requested_at timestamptz NOT NULL DEFAULT now(),
            filter jsonb NOT NULL, requested integer NOT NULL)""")
    op.execute("GRANT SELECT, INSERT, UPDATE (requested) ON dead_letter_replays TO hengyang_app")
    op.execute("GRANT SELECT ON dead_letter_replays TO hengyang_ingest")
    op.execute("""
        ALTER TABLE dead_letters
            ADD COLUMN version integer NOT NULL DEFAULT 1,
            ADD COLUMN replay bigint REFERENCES dead_letter_replays,
            ADD COLUMN replay_requested_at timestamptz,
            ADD COLUMN replay_attempted_at timestamptz,
            ADD COLUMN batch bigint""")
    # What was cut off, or is one reading of a message that was stored, makes no fact.
    op.execute("""
        ALTER TABLE dead_letters ADD CONSTRAINT ck_dead_letters_replay CHECK (
            replay_requested_at IS NULL
            OR (state = 'open' AND whole AND size = octet_length(payload)))""")
    for column, meaning in (
        ("replay", "The last request that named it"),
        ("replay_requested_at", "Set while it waits for the warden"),
        ("batch", "Of the fact it became"),
    ):
        op.execute(f"COMMENT ON COLUMN dead_letters.{column} IS '{meaning}'")
    op.execute("CREATE INDEX dead_letters_reason ON dead_letters (reason, id DESC)")
    op.execute("CREATE INDEX dead_letters_waiting ON dead_letters (id)"
               " WHERE replay_requested_at IS NOT NULL")  # fmt: skip
    op.execute("CREATE INDEX dead_letters_replay ON dead_letters (replay)"
               " WHERE replay IS NOT NULL")  # fmt: skip
    # What was received is evidence: people decide what becomes of it and change no word of it.
    op.execute("REVOKE UPDATE ON dead_letters FROM hengyang_app")
    op.execute("GRANT UPDATE (state, closed_at, closed_by, closed_reason, version, replay,"
               " replay_requested_at) ON dead_letters TO hengyang_app")  # fmt: skip
    op.execute("ALTER TABLE batches ADD COLUMN replayed integer NOT NULL DEFAULT 0")


def _gap_counts() -> None:
    # Gaps are kept for ever and the system page asks every two seconds: counting them would grow
    # dear. Only the warden writes gaps, so nobody waits for these rows.
    op.execute("""
        CREATE TABLE gap_counts (
            state text PRIMARY KEY, count bigint NOT NULL) WITH (fillfactor = 50)""")
    op.execute("INSERT INTO gap_counts SELECT s, (SELECT count(*) FROM gaps WHERE state = s)"
               " FROM unnest(ARRAY['pending', 'open', 'healed', 'lost']) AS s")  # fmt: skip
    op.execute("""
        CREATE FUNCTION count_gaps() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP <> 'INSERT' THEN
                UPDATE gap_counts c SET count = c.count - gone.n
                FROM (SELECT state, count(*) AS n FROM old_gaps GROUP BY state) AS gone
                WHERE gone.state = c.state;
            END IF;
            IF TG_OP <> 'DELETE' THEN
                UPDATE gap_counts c SET count = c.count + come.n
                FROM (SELECT state, count(*) AS n FROM new_gaps GROUP BY state) AS come
                WHERE come.state = c.state;
            END IF;
            RETURN NULL;
        END $$""")
    for act, tables in (
        ("INSERT", "NEW TABLE AS new_gaps"),
        ("UPDATE", "OLD TABLE AS old_gaps NEW TABLE AS new_gaps"),
        ("DELETE", "OLD TABLE AS old_gaps"),
    ):
        op.execute(f"CREATE TRIGGER count_{act.lower()} AFTER {act} ON gaps REFERENCING {tables}"
                   " FOR EACH STATEMENT EXECUTE FUNCTION count_gaps()")  # fmt: skip
    op.execute("GRANT SELECT, UPDATE ON gap_counts TO hengyang_ingest")
    op.execute("GRANT SELECT ON gap_counts TO hengyang_app")
    # The list of gaps, newest first; `gaps_alive` covers the two living states only.
    op.execute("CREATE INDEX gaps_state ON gaps (state, id DESC)")


def downgrade() -> None:
    op.execute("DROP INDEX gaps_state")
    op.execute("DROP TRIGGER count_insert ON gaps")
    op.execute("DROP TRIGGER count_update ON gaps")
    op.execute("DROP TRIGGER count_delete ON gaps")
    op.execute("DROP FUNCTION count_gaps")
    op.execute("DROP TABLE gap_counts")
    op.execute("ALTER TABLE batches DROP COLUMN replayed")
    op.execute("DROP INDEX dead_letters_reason")
    op.execute("ALTER TABLE dead_letters DROP CONSTRAINT ck_dead_letters_replay")
    op.execute("ALTER TABLE dead_letters DROP COLUMN version, DROP COLUMN replay,"
               " DROP COLUMN replay_requested_at, DROP COLUMN replay_attempted_at,"
               " DROP COLUMN batch")  # fmt: skip
    op.execute("DROP TABLE dead_letter_replays")
    op.execute("GRANT UPDATE ON dead_letters TO hengyang_app")
