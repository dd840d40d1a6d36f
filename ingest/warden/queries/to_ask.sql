-- Whom to ask for its newest number: who is there by its own word or by its interval, and who was
-- heard since the request. Who was told already, only when it was heard after that moment.
WITH heard AS (
    SELECT device, max(last_seen) AS last_seen FROM ledger GROUP BY device
), told AS (
    SELECT * FROM unnest(%(told)s::int[], %(after)s::timestamptz[]) AS t (device, after)
)
SELECT d.id, d.kind, d.device_id
FROM devices d
LEFT JOIN heard h ON h.device = d.id
LEFT JOIN device_status s ON s.device = d.id
LEFT JOIN told ON told.device = d.id
WHERE d.enabled AND d.retired_at IS NULL
  AND CASE
    WHEN told.after IS NOT NULL THEN
        greatest(h.last_seen, CASE WHEN s.will_state = 'online' THEN s.will_at END) > told.after
    ELSE
        s.will_state = 'online'
        OR h.last_seen > %(requested_at)s::timestamptz - coalesce(
            make_interval(secs => d.expected_interval_seconds) * %(intervals)s::int + %(slack)s,
            %(without_interval)s)
    END
ORDER BY d.id LIMIT %(most)s
