"""Sites and their lanes, as registered and as seen in passes."""

from alembic import op

revision = "0019_traffic_sites"
down_revision = "0018_plates"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE traffic_sites (
            device integer CONSTRAINT pk_traffic_sites PRIMARY KEY
                CONSTRAINT fk_traffic_sites_device_devices REFERENCES devices (id),
            crossing text NOT NULL,
            direction text NOT NULL
                CHECK (direction IN ('n', 'ne', 'e', 'se', 's', 'sw', 'w', 'nw')),
            version integer NOT NULL, changed_at timestamptz NOT NULL, changed_by text NOT NULL)""")
    op.execute("""
        CREATE TABLE traffic_lanes (
            device integer NOT NULL CONSTRAINT fk_traffic_lanes_device_traffic_sites
                REFERENCES traffic_sites (device),
            lane smallint NOT NULL CHECK (lane BETWEEN 1 AND 32),
            movements text[] NOT NULL, use text NOT NULL,
            CONSTRAINT pk_traffic_lanes PRIMARY KEY (device, lane))""")
    op.execute("""
        CREATE TABLE traffic_lanes_seen (
            device integer NOT NULL, lane smallint NOT NULL, last_seen timestamptz NOT NULL,
            CONSTRAINT pk_traffic_lanes_seen PRIMARY KEY (device, lane))""")
    op.execute("GRANT SELECT, INSERT, UPDATE ON traffic_sites, traffic_lanes_seen TO hengyang_app")
    op.execute("GRANT SELECT, INSERT, DELETE ON traffic_lanes TO hengyang_app")
    op.execute("COMMENT ON COLUMN traffic_lanes_seen.last_seen IS 'Exact to the hour'")


def downgrade() -> None:
    op.execute("DROP TABLE traffic_lanes_seen, traffic_lanes, traffic_sites")
