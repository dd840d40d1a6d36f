-- Days of Asia/Shanghai that are over, from their hours. No other program writes these marks.
WITH taken AS (
    DELETE FROM rollup_dirty_day AS mark USING (
        SELECT device, day FROM rollup_dirty_day
        WHERE day < date_trunc('day', (SELECT rolled_upto FROM rollup_progress), 'Asia/Shanghai')
        ORDER BY day, device LIMIT %(limit)s
    ) AS due
    WHERE mark.device = due.device AND mark.day = due.day
    RETURNING mark.device, mark.day
), rolled AS (
    INSERT INTO rollups_day (device, quantity, day, count, sum, min, max)
    SELECT h.device, h.quantity, taken.day, sum(h.count), sum(h.sum), min(h.min), max(h.max)
    FROM taken JOIN rollups_hour h ON h.device = taken.device
        AND h.bucket >= taken.day AND h.bucket < taken.day + INTERVAL '1 day'
    GROUP BY h.device, h.quantity, taken.day
    ORDER BY h.device, h.quantity, taken.day
    ON CONFLICT (device, quantity, day) DO UPDATE SET
        count = EXCLUDED.count, sum = EXCLUDED.sum, min = EXCLUDED.min, max = EXCLUDED.max
)
SELECT count(*) FROM taken
