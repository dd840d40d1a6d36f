-- Devices by kind and state, of some divisions (LIKE patterns), without retired ones.
SELECT d.kind, coalesce(s.state, 'unknown') AS state, count(*) AS count
FROM devices d LEFT JOIN device_status s ON s.device = d.id
WHERE d.retired_at IS NULL AND d.division_code LIKE ANY (%(divisions)s)
GROUP BY 1, 2 ORDER BY 1, 2
