-- A gateway says: connected, committing, nothing waiting. A pause in this is a time when we were
-- blind, and no device is judged by its silence in it.
WITH before AS (
    SELECT watched_until FROM ingest_watch FOR UPDATE
), blind AS (
    INSERT INTO blind_periods (started_at, ended_at)
    SELECT watched_until, now() FROM before WHERE watched_until < now() - %(tolerance)s::interval
    ON CONFLICT (started_at) DO UPDATE SET ended_at = excluded.ended_at
), drained AS (
    UPDATE gateways SET drained_at = now() WHERE number = %(gateway)s
)
UPDATE ingest_watch SET watched_until = greatest(ingest_watch.watched_until, now())
