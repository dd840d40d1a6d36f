-- Where the database stands. The snapshot is that of the transaction: what is read after it is of
-- this very moment. `cluster` changes with the database and with each start of its server.
SELECT pg_snapshot_xmin(s)::text::bigint AS xmin, pg_snapshot_xmax(s)::text::bigint AS xmax,
       (SELECT commit_no FROM commit_watermark) AS commit_no,
       (SELECT revision FROM register_revision) AS revision,
       hashtext(d.oid::text || pg_postmaster_start_time()::text)::bigint & 4294967295 AS cluster
FROM pg_current_snapshot() AS s, pg_database AS d
WHERE d.datname = current_database()
