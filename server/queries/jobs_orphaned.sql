-- Jobs under way whose worker is gone or silent. One with a queueing lock is periodic: it is not
-- put back, because the next of its kind may wait already; `aborted`, since it has not failed.
WITH orphaned AS (
    SELECT j.id, j.task_name, j.queueing_lock IS NULL AS again
    FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w ON w.id = j.worker_id
    WHERE j.status = 'doing'
      AND (w.id IS NULL OR w.last_heartbeat < now() - INTERVAL '1 minute')
    FOR UPDATE OF j SKIP LOCKED
)
SELECT id, task_name, again,
       CASE WHEN again THEN procrastinate_retry_job_v2(id, now(), NULL, NULL, NULL)
            ELSE procrastinate_finish_job_v1(id, 'aborted', false) END
FROM orphaned
