-- What waits in tables: (name, length, age of the oldest in seconds). Counting ends at `most`.
-- Jobs that failed within a day, given up or to be tried again: successes leave no row to compare.
WITH failed AS (
    SELECT count(*) AS count, extract(epoch FROM now() - min(e.at))::float8 AS oldest
    FROM procrastinate_jobs AS j
    CROSS JOIN LATERAL (
        SELECT max(at) AS at FROM procrastinate_events WHERE job_id = j.id
    ) AS e
    WHERE (j.status = 'failed' OR (j.status IN ('todo', 'doing') AND j.attempts > 0))
      AND e.at > now() - INTERVAL '1 day'
)
SELECT 'dead_letters',
       (SELECT count(*) FROM (SELECT FROM dead_letters WHERE state = 'open' LIMIT %(most)s) AS o),
       (SELECT extract(epoch FROM now() - first_received_at)::float8
        FROM dead_letters WHERE state = 'open' ORDER BY id LIMIT 1)
UNION ALL
SELECT 'dead_letter_replays',
       (SELECT count(*) FROM dead_letters WHERE replay_requested_at IS NOT NULL),
       (SELECT extract(epoch FROM now() - min(replay_requested_at))::float8
        FROM dead_letters WHERE replay_requested_at IS NOT NULL)
UNION ALL
SELECT 'outbox', count(*), extract(epoch FROM now() - min(emitted_at))::float8
FROM outbox
WHERE position IS NULL OR position > (SELECT sent FROM outbox_head)
UNION ALL
SELECT 'jobs_failed', (SELECT count FROM failed), (SELECT oldest FROM failed)
UNION ALL
SELECT 'jobs', count(*), extract(epoch FROM now() - min(scheduled_at))::float8
FROM procrastinate_jobs
WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())
