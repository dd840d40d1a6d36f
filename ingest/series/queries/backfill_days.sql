INSERT INTO rollups_day (device, quantity, day, count, sum, min, max)
SELECT device, quantity, date_trunc('day', bucket, 'Asia/Shanghai'),
       sum(count), sum(sum), min(min), max(max)
FROM rollups_hour WHERE bucket >= %(start)s AND bucket < %(end)s
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
ON CONFLICT (device, quantity, day) DO UPDATE SET
    count = EXCLUDED.count, sum = EXCLUDED.sum, min = EXCLUDED.min, max = EXCLUDED.max
