"""Rules with all their versions, where they stand at each device, and how far facts were judged."""

from alembic import op

revision = "0016_rules"
down_revision = "0015_alarms"

# One row, locked by whoever judges facts and by whoever changes a rule: so no fact is judged by a
# rule that is being changed, and no two processes judge the same fact. `commit_no`: facts up to
# this batch are judged. A city that brings its history along begins with what comes.
WATCH = """
CREATE TABLE rule_watch (
    only_row boolean CONSTRAINT pk_rule_watch PRIMARY KEY DEFAULT true CHECK (only_row),
    revision bigint NOT NULL, commit_no bigint NOT NULL,
    watched_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);
INSERT INTO rule_watch (revision, commit_no) SELECT 1, commit_no FROM commit_watermark;
"""

# A rule is never deleted: its alarms name it. `origin` is the name of a standard rule.
RULES = """
CREATE TABLE rules (
    id integer GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_rules PRIMARY KEY,
    name text NOT NULL,
    description text NOT NULL DEFAULT '',
    enabled boolean NOT NULL,
    source text NOT NULL CHECK (source IN ('threshold', 'liveness', 'gap')),
    quantity text CONSTRAINT fk_rules_quantity_quantities REFERENCES quantities (key),
    division_code text NOT NULL CHECK (division_code ~ '^[0-9]{4,12}$'),
    value jsonb NOT NULL CHECK (jsonb_typeof(value) = 'object'),
    origin text CONSTRAINT uq_rules_origin UNIQUE,
    version integer NOT NULL DEFAULT 1,
    judged_since integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL, created_by text NOT NULL,
    changed_at timestamptz NOT NULL, changed_by text NOT NULL,
    deleted_at timestamptz,
    search text NOT NULL GENERATED ALWAYS AS (lower(name || ' ' || description)) STORED
);
CREATE UNIQUE INDEX uq_rules_name ON rules (name) WHERE deleted_at IS NULL;
COMMENT ON COLUMN rules.judged_since IS
    'Version since which it judges as it does now: later ones changed names only';
CREATE TABLE rule_versions (
    rule integer NOT NULL CONSTRAINT fk_rule_versions_rule_rules REFERENCES rules (id),
    version integer NOT NULL,
    act text NOT NULL CHECK (act IN ('create', 'change', 'delete')),
    name text NOT NULL, description text NOT NULL, enabled boolean NOT NULL,
    value jsonb NOT NULL,
    changed_at timestamptz NOT NULL, changed_by text NOT NULL,
    CONSTRAINT pk_rule_versions PRIMARY KEY (rule, version)
);
"""

# Where a rule stands at a device at which something is wrong; no row where nothing is. Times are
# microseconds since 1970 of the facts. It commits with the alarms that it leads to.
STATES = """
CREATE TABLE rule_states (
    rule integer NOT NULL CONSTRAINT fk_rule_states_rule_rules REFERENCES rules (id),
    device integer NOT NULL,
    since bigint[] NOT NULL, raised smallint NOT NULL,
    seen bigint NOT NULL, told bigint NOT NULL,
    CONSTRAINT pk_rule_states PRIMARY KEY (rule, device)
) WITH (fillfactor = 70);
"""

REVISION = """
CREATE FUNCTION rules_next_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE rule_watch SET revision = revision + 1;
    RETURN NULL;
END $$;
CREATE TRIGGER next_revision BEFORE INSERT OR UPDATE OR DELETE ON rules
    FOR EACH STATEMENT EXECUTE FUNCTION rules_next_revision();
"""

# Judging reads the rows of one batch. Block ranges know nothing of rows since the last vacuum, so
# each look would read all of those; a tree that only grows at its end costs the writer little.
BATCH_INDEX = """
DROP INDEX readings_batch;
CREATE INDEX readings_batch ON readings (batch);
CREATE INDEX gaps_lost ON gaps (closed_at) WHERE state = 'lost';
"""

GRANTS = """
GRANT SELECT, INSERT, UPDATE ON rules, rule_watch TO hengyang_app;
GRANT SELECT, INSERT ON rule_versions TO hengyang_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON rule_states TO hengyang_app;
"""


def upgrade() -> None:
    for statement in (WATCH, RULES, STATES, REVISION, BATCH_INDEX, GRANTS):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE rule_states, rule_versions, rules, rule_watch")
    op.execute("DROP FUNCTION rules_next_revision")
    op.execute("DROP INDEX gaps_lost, readings_batch")
    op.execute("CREATE INDEX readings_batch ON readings USING brin (batch)")
