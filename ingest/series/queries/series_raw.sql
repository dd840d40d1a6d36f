SELECT time, "values"[%(place)s] AS value FROM readings
WHERE device = %(device)s AND time >= %(start)s AND time < %(end)s
  AND "values"[%(place)s] IS NOT NULL
ORDER BY time, boot, seq LIMIT %(limit)s
