SELECT count(*) AS length,
       coalesce(extract(epoch FROM now() - min(coalesce(scheduled_at, e.at))), 0)::float8 AS oldest
FROM procrastinate_jobs j
LEFT JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred'
WHERE j.status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())
