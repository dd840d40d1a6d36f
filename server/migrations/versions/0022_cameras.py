"""Cameras, what becomes of their streams, their snapshots; devices watched by programs of ours."""

from alembic import op

revision = "0022_cameras"
down_revision = "0021_traffic_records"

# Passwords are sealed (center.sealing). One row tells the workers by a cheap look that one of
# these has changed; whoever changes a camera locks it, so the number follows the commits.
CAMERAS = """
CREATE TABLE cameras (
    device integer CONSTRAINT pk_cameras PRIMARY KEY
        CONSTRAINT fk_cameras_device_devices REFERENCES devices (id),
    main_address text, main_user text, main_password bytea,
    sub_address text, sub_user text, sub_password bytea,
    height_m real CHECK (height_m BETWEEN 0 AND 500),
    heading_deg real CHECK (heading_deg >= 0 AND heading_deg < 360),
    tilt_deg real CHECK (tilt_deg BETWEEN -90 AND 90),
    fov_deg real CHECK (fov_deg > 0 AND fov_deg <= 360),
    range_m real CHECK (range_m > 0),
    snapshot_seconds integer CHECK (snapshot_seconds BETWEEN 0 AND 86400),
    version integer NOT NULL, updated_at timestamptz NOT NULL
);
CREATE TABLE camera_revision (
    only_row boolean CONSTRAINT pk_camera_revision PRIMARY KEY DEFAULT true CHECK (only_row),
    revision bigint NOT NULL
);
INSERT INTO camera_revision (revision) VALUES (1);
CREATE FUNCTION cameras_next_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE camera_revision SET revision = revision + 1;
    RETURN NULL;
END $$;
CREATE TRIGGER next_revision AFTER INSERT OR UPDATE OR DELETE ON cameras
    FOR EACH STATEMENT EXECUTE FUNCTION cameras_next_revision();
"""

# `watcher` names a process: what it says counts while its heart beats.
STATES = """
CREATE TABLE camera_states (
    device integer CONSTRAINT pk_camera_states PRIMARY KEY
        CONSTRAINT fk_camera_states_device_devices REFERENCES devices (id),
    state text NOT NULL, reason text NOT NULL, since timestamptz NOT NULL,
    width integer, height integer, codec text,
    watcher text NOT NULL
) WITH (fillfactor = 70);
CREATE TABLE camera_state_log (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_camera_state_log PRIMARY KEY,
    device integer NOT NULL, time timestamptz NOT NULL,
    state text NOT NULL, reason text NOT NULL
);
CREATE INDEX ix_camera_state_log_device_time ON camera_state_log (device, time, id);
CREATE INDEX ix_camera_state_log_time ON camera_state_log USING brin (time);
"""

# The warden judges by it (ingest/queries/liveness.sql): a camera speaks RTSP, not MQTT.
WATCHED = """
CREATE TABLE watched_devices (
    device integer CONSTRAINT pk_watched_devices PRIMARY KEY
        CONSTRAINT fk_watched_devices_device_devices REFERENCES devices (id),
    state text NOT NULL CHECK (state IN ('online', 'offline', 'unknown')),
    reason text NOT NULL, since timestamptz NOT NULL, watcher text NOT NULL
) WITH (fillfactor = 70);
COMMENT ON TABLE watched_devices IS
    'What programs of ours that watch devices by other ways than messages say of them';
"""

SNAPSHOTS = """
CREATE TABLE camera_snapshots (
    device integer NOT NULL
        CONSTRAINT fk_camera_snapshots_device_devices REFERENCES devices (id),
    time timestamptz NOT NULL, sha256 bytea NOT NULL CHECK (length(sha256) = 32),
    width integer NOT NULL, height integer NOT NULL,
    CONSTRAINT pk_camera_snapshots PRIMARY KEY (device, time)
);
CREATE INDEX ix_camera_snapshots_sha256 ON camera_snapshots (sha256);
CREATE INDEX ix_camera_snapshots_time ON camera_snapshots (time);
"""

GRANTS = """
GRANT SELECT, INSERT, UPDATE ON cameras, camera_states, camera_revision TO hengyang_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON watched_devices TO hengyang_app;
GRANT SELECT, INSERT, DELETE ON camera_state_log, camera_snapshots TO hengyang_app;
GRANT UPDATE ON camera_snapshots TO hengyang_app;  -- to lock rows
GRANT SELECT ON watched_devices, processes TO hengyang_ingest;
"""


def upgrade() -> None:
    for statement in (CAMERAS, STATES, WATCHED, SNAPSHOTS, GRANTS):
        op.execute(statement)


def downgrade() -> None:
    op.execute(
        "DROP TABLE camera_snapshots, watched_devices, camera_state_log, camera_states, cameras,"
        " camera_revision"
    )
    op.execute("DROP FUNCTION cameras_next_revision")
