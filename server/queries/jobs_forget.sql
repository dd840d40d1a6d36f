DELETE FROM procrastinate_jobs j
WHERE status IN ('failed', 'cancelled', 'aborted')
  AND NOT EXISTS (
      SELECT FROM procrastinate_events e WHERE e.job_id = j.id AND e.at > now() - INTERVAL '30 days')
