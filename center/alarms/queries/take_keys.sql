-- The locks last until the commit: two reports of one trouble come one after the other. In the
-- order of the keys, so that two reports of many cannot wait for each other.
INSERT INTO alarm_keys AS k (key, touched_at)
SELECT key, %(moment)s FROM unnest(%(keys)s::text[]) AS given (key) ORDER BY key
ON CONFLICT (key) DO UPDATE SET touched_at = excluded.touched_at
RETURNING key, signal_time
