"""What a signal controller says: its phase, and how long it still lasts."""

from alembic import op

revision = "0024_signals"
down_revision = "0023_road_graph"

# The standard quantities as they are seeded; a model that the city has changed stays.
QUANTITIES = """
INSERT INTO quantities (key, unit, name_zh, name_en, plausible_min, plausible_max, decimals)
VALUES ('signal_phase', '1', '信号相位', 'Signal phase', 0, 31, 0),
       ('signal_remaining', 's', '相位剩余时间', 'Time left of the phase', 0, 3600, 0)
ON CONFLICT DO NOTHING;
UPDATE device_models SET quantities = '{signal_phase,signal_remaining}'
WHERE name = 'generic-signal' AND quantities = '{}';
"""


def upgrade() -> None:
    op.execute(QUANTITIES)


def downgrade() -> None:
    """Quantities of a model are only ever appended to: stored values keep their meaning."""
