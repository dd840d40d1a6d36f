-- Whole buckets of the last minutes; a batch counts in the bucket in which its last message came.
WITH counted AS (
    SELECT time_bucket(%(bucket)s::interval, received_to) AS time, sum(stored) AS stored,
           sum(duplicates) AS duplicates, sum(dead_letters) AS dead_letters
    FROM batches
    WHERE received_to >= %(start)s AND received_to < %(stop)s
    GROUP BY 1
)
SELECT t.time, coalesce(c.stored, 0), coalesce(c.duplicates, 0), coalesce(c.dead_letters, 0)
FROM generate_series(%(start)s::timestamptz, %(stop)s::timestamptz - %(bucket)s::interval,
                     %(bucket)s::interval) AS t(time)
LEFT JOIN counted c USING (time) ORDER BY 1
