"""The device register: quantities, models, devices, their revision, and commands."""

from alembic import op

from ingest.devices.catalogue.standard import DEVICE_MODELS
from ingest.quantities.catalogue import QUANTITIES

revision = "0002_devices"
down_revision = "0001_floor"
branch_labels = None
depends_on = None

KIND = "kind IN ('sensor', 'vehicle', 'epolice', 'camera', 'signal')"

# A sequence would not do: numbers are drawn before the commit, so a reader could pass by a lower
# number that commits later. Whoever writes the register holds this row's lock until the commit,
# therefore revisions become visible in their own order and "revision > N" misses nothing.
REVISION = """
CREATE TABLE register_revision (
    only_row boolean CONSTRAINT pk_register_revision PRIMARY KEY DEFAULT true,
    revision bigint NOT NULL,
    CONSTRAINT ck_register_revision_one_row CHECK (only_row)
);
INSERT INTO register_revision (revision) VALUES (1);

CREATE FUNCTION register_next_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE register_revision SET revision = revision + 1;
    RETURN NULL;
END $$;

CREATE FUNCTION register_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.revision := (SELECT r.revision FROM register_revision r);
    NEW.updated_at := now();
    NEW.version := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE OLD.version + 1 END;
    RETURN NEW;
END $$;
"""

STAMPS = """
    version integer NOT NULL DEFAULT 1,
    revision bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
"""

QUANTITIES_TABLE = f"""
CREATE TABLE quantities (
    key text CONSTRAINT pk_quantities PRIMARY KEY,
    unit text NOT NULL,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    plausible_min double precision,
    plausible_max double precision,
    decimals smallint NOT NULL DEFAULT 2,
    {STAMPS},
    CONSTRAINT ck_quantities_key CHECK (key ~ '^[a-z][a-z0-9_]{{0,63}}$'),
    CONSTRAINT ck_quantities_range CHECK (plausible_min < plausible_max),
    CONSTRAINT ck_quantities_decimals CHECK (decimals BETWEEN 0 AND 6)
);
"""

# Facts hold values as an array in the order of `quantities`: an order that changed would give
# every stored number another meaning. So the list only ever grows at its end.
MODELS_TABLE = f"""
CREATE TABLE device_models (
    id integer GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_device_models PRIMARY KEY,
    name text NOT NULL CONSTRAINT uq_device_models_name UNIQUE,
    kind text NOT NULL CONSTRAINT ck_device_models_kind CHECK ({KIND}),
    manufacturer text NOT NULL DEFAULT '',
    description text NOT NULL DEFAULT '',
    quantities text[] NOT NULL DEFAULT '{{}}',
    {STAMPS},
    CONSTRAINT uq_device_models_id_kind UNIQUE (id, kind),
    CONSTRAINT ck_device_models_name CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{{0,63}}$')
);

CREATE FUNCTION device_models_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong text;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.quantities[1:cardinality(OLD.quantities)] IS DISTINCT FROM OLD.quantities THEN
            RAISE EXCEPTION 'quantities of model % may only be appended to', OLD.name
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_device_models_append_only';
        END IF;
        IF (NEW.kind, NEW.name) IS DISTINCT FROM (OLD.kind, OLD.name) THEN
            RAISE EXCEPTION 'name and kind of model % are fixed', OLD.name
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_device_models_fixed';
        END IF;
    END IF;
    SELECT coalesce(named.key, 'NULL') INTO wrong
    FROM unnest(NEW.quantities) AS named (key) LEFT JOIN quantities q USING (key)
    GROUP BY named.key HAVING count(*) > 1 OR bool_or(q.key IS NULL) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'quantity % is unknown or named twice', wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_device_models_quantities';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON device_models
    FOR EACH ROW EXECUTE FUNCTION device_models_guard();
"""

DEVICES_TABLE = f"""
CREATE TABLE devices (
    id integer GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_devices PRIMARY KEY,
    device_id text NOT NULL CONSTRAINT uq_devices_device_id UNIQUE,
    kind text NOT NULL CONSTRAINT ck_devices_kind CHECK ({KIND}),
    model integer NOT NULL,
    name text NOT NULL,
    owner text NOT NULL DEFAULT '',
    division_code text NOT NULL,
    place geometry(Point, 4326),
    component_code text,
    camera_number text CONSTRAINT uq_devices_camera_number UNIQUE,
    expected_interval_seconds integer,
    calibration jsonb NOT NULL DEFAULT '{{}}',
    maintenance_since timestamptz,
    maintenance_until timestamptz,
    maintenance_reason text,
    credential_hash text,
    credential_rotated_at timestamptz,
    enabled boolean NOT NULL DEFAULT true,
    retired_at timestamptz,
    retired_reason text,
    {STAMPS},
    search text NOT NULL GENERATED ALWAYS AS (
        lower(device_id || ' ' || name || ' ' || owner || ' '
              || coalesce(component_code, '') || ' ' || coalesce(camera_number, ''))
    ) STORED,
    CONSTRAINT fk_devices_model_device_models
        FOREIGN KEY (model, kind) REFERENCES device_models (id, kind),
    CONSTRAINT ck_devices_device_id CHECK (device_id ~ '^[A-Za-z0-9_-]{{1,40}}$'),
    CONSTRAINT ck_devices_division_code CHECK (division_code ~ '^[0-9]{{6,12}}$'),
    CONSTRAINT ck_devices_component_code CHECK (component_code ~ '^[0-9]{{16}}$'),
    CONSTRAINT ck_devices_camera_number CHECK (camera_number ~ '^[0-9]{{20}}$'),
    CONSTRAINT ck_devices_expected_interval
        CHECK (expected_interval_seconds BETWEEN 1 AND 604800),
    CONSTRAINT ck_devices_calibration CHECK (jsonb_typeof(calibration) = 'object'),
    CONSTRAINT ck_devices_maintenance CHECK (
        num_nulls(maintenance_since, maintenance_until, maintenance_reason) IN (0, 3)),
    CONSTRAINT ck_devices_credential CHECK (
        (credential_hash IS NULL) = (credential_rotated_at IS NULL)),
    CONSTRAINT ck_devices_retired CHECK ((retired_at IS NULL) = (retired_reason IS NULL))
);
CREATE INDEX ix_devices_division_code ON devices (division_code text_pattern_ops);
CREATE INDEX ix_devices_model ON devices (model);
CREATE INDEX ix_devices_revision ON devices (revision);
CREATE INDEX ix_devices_component_code ON devices (component_code)
    WHERE component_code IS NOT NULL;
CREATE INDEX ix_devices_place ON devices USING gist (place);
"""

COMMANDS_TABLE = """
CREATE TABLE commands (
    id uuid CONSTRAINT pk_commands PRIMARY KEY DEFAULT gen_random_uuid(),
    device integer NOT NULL CONSTRAINT fk_commands_device_devices REFERENCES devices (id),
    name text NOT NULL,
    args jsonb NOT NULL DEFAULT '{}',
    state text NOT NULL DEFAULT 'queued',
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT now(),
    deadline timestamptz NOT NULL,
    sent_at timestamptz,
    answered_at timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    detail text,
    CONSTRAINT ck_commands_name CHECK (name ~ '^[a-z][a-z0-9_]{0,63}$'),
    CONSTRAINT ck_commands_args CHECK (jsonb_typeof(args) = 'object'),
    CONSTRAINT ck_commands_deadline CHECK (deadline > requested_at),
    CONSTRAINT ck_commands_state CHECK (
        state IN ('queued', 'sent', 'answered', 'refused', 'timed_out', 'cancelled'))
);
CREATE INDEX ix_commands_device_requested_at ON commands (device, requested_at DESC, id);
CREATE INDEX ix_commands_queued ON commands (requested_at, id) WHERE state = 'queued';
CREATE INDEX ix_commands_open ON commands (deadline) WHERE state IN ('queued', 'sent');
CREATE INDEX ix_commands_closed ON commands (requested_at)
    WHERE state NOT IN ('queued', 'sent');
"""

# What a stored number means (unit; a device's model, an id) is not for any login to change.
GRANTS = """
GRANT SELECT ON quantities, device_models, devices, register_revision, commands
    TO hengyang_app, hengyang_ingest;
GRANT UPDATE ON register_revision TO hengyang_app;
GRANT INSERT ON quantities, device_models, devices TO hengyang_app;
GRANT UPDATE (name_zh, name_en, plausible_min, plausible_max, decimals)
    ON quantities TO hengyang_app;
GRANT UPDATE (manufacturer, description, quantities) ON device_models TO hengyang_app;
GRANT UPDATE (name, owner, division_code, place, component_code, camera_number,
    expected_interval_seconds, calibration, maintenance_since, maintenance_until,
    maintenance_reason, credential_hash, credential_rotated_at, enabled, retired_at,
    retired_reason) ON devices TO hengyang_app;
GRANT INSERT, UPDATE ON commands TO hengyang_app, hengyang_ingest;
GRANT DELETE ON commands TO hengyang_app;
"""

TABLES = ("quantities", "device_models", "devices")


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    op.execute(REVISION)
    for statement in (QUANTITIES_TABLE, MODELS_TABLE, DEVICES_TABLE, COMMANDS_TABLE):
        op.execute(statement)
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER next_revision BEFORE INSERT OR UPDATE OR DELETE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION register_next_revision();"
            f"CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION register_stamp();"
        )
    op.execute(GRANTS)
    seed()


def seed() -> None:
    """The standard catalogue, so that a new city can enrol devices at once."""
    connection = op.get_bind()
    connection.exec_driver_sql(
        "INSERT INTO quantities (key, unit, name_zh, name_en, plausible_min, plausible_max,"
        " decimals) VALUES (%(key)s, %(unit)s, %(name_zh)s, %(name_en)s, %(plausible_min)s,"
        " %(plausible_max)s, %(decimals)s)",
        [vars(quantity) for quantity in QUANTITIES],
    )
    connection.exec_driver_sql(
        "INSERT INTO device_models (name, kind, manufacturer, description, quantities)"
        " VALUES (%(name)s, %(kind)s, %(manufacturer)s, %(description)s, %(quantities)s)",
        [{**vars(model), "quantities": list(model.quantities)} for model in DEVICE_MODELS],
    )


def downgrade() -> None:
    op.execute("DROP TABLE commands, devices, device_models, quantities, register_revision")
    op.execute("DROP FUNCTION device_models_guard, register_stamp, register_next_revision")
