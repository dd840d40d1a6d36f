-- Open gaps that it is time to ask the device for, one row per device and boot. A request that the
-- broker did not take is no attempt: it is made again after the shortest pause.
WITH due AS (
    SELECT id, device, boot, missing FROM gaps
    WHERE state = 'open'
      AND (requested_at IS NULL
           OR requested_at <= now() - %(pause)s * least(greatest(attempts, 1), 4))
    ORDER BY requested_at NULLS FIRST, id LIMIT %(most)s
    FOR UPDATE SKIP LOCKED
)
SELECT device, boot, range_agg(part) AS missing, array_agg(DISTINCT id) AS gaps
FROM due, unnest(missing) AS part GROUP BY device, boot ORDER BY device, boot
