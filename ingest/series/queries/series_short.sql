-- Buckets below an hour straight from the readings; an empty one gives no row.
SELECT time_bucket(%(width)s::interval, time, 'Asia/Shanghai') AS time,
       count(*) AS count, avg("values"[%(place)s]) AS mean,
       min("values"[%(place)s]) AS min, max("values"[%(place)s]) AS max
FROM readings
WHERE device = %(device)s AND time >= %(start)s AND time < %(end)s
  AND "values"[%(place)s] IS NOT NULL
GROUP BY 1 ORDER BY 1
