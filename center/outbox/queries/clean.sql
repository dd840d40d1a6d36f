-- Only what was sent; the head remembers how far, so that a reader from before is told.
WITH gone AS (
    DELETE FROM outbox WHERE id IN (
        SELECT id FROM outbox
        WHERE position <= (SELECT sent FROM outbox_head)
          AND emitted_at < now() - make_interval(days => %(days)s)
        ORDER BY position LIMIT %(limit)s)
    RETURNING position
), head AS (
    UPDATE outbox_head SET cleaned = greatest(cleaned, newest.position)
    FROM (SELECT max(position) AS position FROM gone) AS newest
    WHERE newest.position IS NOT NULL
)
SELECT count(*) FROM gone
