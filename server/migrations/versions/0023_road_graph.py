"""The road graph of the map: crossings and directed edges, as pgRouting reads them."""

from alembic import op

revision = "0023_road_graph"
down_revision = "0022_cameras"

# Each direction of a road is an edge of its own, so nothing goes back along one: reverse_cost -1.
# `cost` is seconds of driving at the limit. Replaced as a whole: nothing refers to a row.
GRAPH = """
CREATE TABLE road_nodes (
    id integer CONSTRAINT pk_road_nodes PRIMARY KEY,
    key text NOT NULL CONSTRAINT uq_road_nodes_key UNIQUE,
    signal boolean NOT NULL,
    division_code text,
    place geometry(Point, 4326) NOT NULL
);
CREATE INDEX ix_road_nodes_place ON road_nodes USING gist (place);
CREATE TABLE road_edges (
    id integer CONSTRAINT pk_road_edges PRIMARY KEY,
    key text NOT NULL CONSTRAINT uq_road_edges_key UNIQUE,
    source integer NOT NULL CONSTRAINT fk_road_edges_source_road_nodes REFERENCES road_nodes (id),
    target integer NOT NULL CONSTRAINT fk_road_edges_target_road_nodes REFERENCES road_nodes (id),
    cost double precision NOT NULL CHECK (cost > 0),
    reverse_cost double precision NOT NULL DEFAULT -1,
    name_zh text NOT NULL,
    class text NOT NULL,
    lanes smallint NOT NULL CHECK (lanes BETWEEN 1 AND 16),
    limit_mps real NOT NULL CHECK (limit_mps > 0),
    length_m real NOT NULL CHECK (length_m > 0),
    division_code text,
    geom geometry(LineString, 4326) NOT NULL,
    CONSTRAINT ck_road_edges_class CHECK (class IN ('expressway', 'main', 'secondary', 'branch'))
);
CREATE INDEX ix_road_edges_source ON road_edges (source);
CREATE INDEX ix_road_edges_target ON road_edges (target);
CREATE INDEX ix_road_edges_geom ON road_edges USING gist (geom);
"""


def upgrade() -> None:
    op.execute(GRAPH)
    op.execute(
        "GRANT SELECT, INSERT, UPDATE, DELETE, MAINTAIN ON road_nodes, road_edges TO hengyang_app"
    )
    op.execute("GRANT SELECT ON road_nodes, road_edges TO hengyang_ingest")


def downgrade() -> None:
    op.execute("DROP TABLE road_edges, road_nodes")
