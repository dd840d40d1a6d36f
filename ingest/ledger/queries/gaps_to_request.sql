-- Open gaps that it is time to ask the device for, one row per device and boot.
WITH due AS (
    SELECT id FROM gaps
    WHERE state = 'open'
      AND (requested_at IS NULL
           OR requested_at <= now() - %(pause)s * least(attempts, 4))
    ORDER BY requested_at NULLS FIRST, id LIMIT %(most)s
    FOR UPDATE SKIP LOCKED
), asked AS (
    UPDATE gaps g SET requested_at = now(), attempts = attempts + 1
    FROM due WHERE g.id = due.id
    RETURNING g.device, g.boot, g.missing
)
SELECT device, boot, range_agg(part) AS missing
FROM asked, unnest(missing) AS part GROUP BY device, boot ORDER BY device, boot
