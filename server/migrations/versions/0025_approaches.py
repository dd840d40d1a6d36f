"""Vehicle detectors, and lanes that say on which approach of their crossing they lie."""

from alembic import op

revision = "0025_approaches"
down_revision = "0024_signals"

# The standard catalogue as it is seeded; what the city has of its own under these names stays.
CATALOGUE = """
INSERT INTO quantities (key, unit, name_zh, name_en, plausible_min, plausible_max, decimals)
VALUES ('vehicle_count', '1', '过车数', 'Vehicles counted', 0, 20000, 0),
       ('traffic_flow', '/h', '交通流量', 'Traffic flow', 0, 30000, 0),
       ('lane_occupancy', '%', '时间占有率', 'Lane occupancy', 0, 100, 1),
       ('mean_speed', 'km/h', '平均车速', 'Mean speed', 0, 250, 1)
ON CONFLICT DO NOTHING;
INSERT INTO device_models (name, kind, manufacturer, description, quantities)
VALUES ('generic-detector', 'sensor', 'generic', '车辆检测器 · vehicle detector',
        '{vehicle_count,traffic_flow,lane_occupancy,mean_speed}')
ON CONFLICT DO NOTHING;
"""


def upgrade() -> None:
    op.execute(CATALOGUE)
    op.execute("ALTER TABLE traffic_sites ALTER COLUMN direction DROP NOT NULL")
    op.execute("""
        ALTER TABLE traffic_lanes ADD COLUMN approach text
            CHECK (approach IN ('n', 'ne', 'e', 'se', 's', 'sw', 'w', 'nw'))""")
    op.execute(
        "COMMENT ON COLUMN traffic_sites.direction IS"
        " 'Where vehicles go; NULL: each lane has an approach of its own'"
    )
    op.execute(
        "COMMENT ON COLUMN traffic_lanes.approach IS 'From where vehicles come to the crossing'"
    )


def downgrade() -> None:
    """Quantities and models stay: stored values keep their meaning."""
    op.execute(
        "DELETE FROM traffic_lanes WHERE device IN"
        " (SELECT device FROM traffic_sites WHERE direction IS NULL)"
    )
    op.execute("DELETE FROM traffic_sites WHERE direction IS NULL")
    op.execute("ALTER TABLE traffic_sites ALTER COLUMN direction SET NOT NULL")
    op.execute("ALTER TABLE traffic_lanes DROP COLUMN approach")
