-- A mark that a writer holds at this moment is left for the next time. The facts of those taken
-- have committed, so the next statement sees them; this one's own snapshot might not.
DELETE FROM rollup_dirty AS mark USING (
    SELECT device, bucket FROM rollup_dirty
    ORDER BY bucket, device LIMIT %(limit)s FOR UPDATE SKIP LOCKED
) AS taken
WHERE mark.device = taken.device AND mark.bucket = taken.bucket
RETURNING mark.device, mark.bucket
