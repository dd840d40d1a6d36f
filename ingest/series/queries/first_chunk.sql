-- The oldest hour that may hold readings at or after the edge; NULL where no chunk reaches there.
SELECT min(range_start) AS range_start FROM timescaledb_information.chunks
WHERE hypertable_schema = 'public' AND hypertable_name = 'readings' AND range_end > %(edge)s
