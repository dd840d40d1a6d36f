-- Last statement of a batch: its counts, and its number in the order of commits. The watermark's
-- row lock is held until the commit, so numbers are visible in order and without a hole.
WITH watermark AS (
    UPDATE commit_watermark SET commit_no = commit_no + 1 RETURNING commit_no
), counted AS (
    INSERT INTO counters AS c (writer, deliveries, stored, duplicates, dead_letters)
    VALUES (%(writer)s, %(deliveries)s, %(stored)s, %(duplicates)s, %(dead_letters)s)
    ON CONFLICT (writer) DO UPDATE SET
        deliveries = c.deliveries + excluded.deliveries, stored = c.stored + excluded.stored,
        duplicates = c.duplicates + excluded.duplicates,
        dead_letters = c.dead_letters + excluded.dead_letters
)
INSERT INTO batches (id, commit_no, writer, received_from, received_to, min_time, max_time,
                     deliveries, stored, duplicates, dead_letters)
SELECT %(batch)s, commit_no, %(writer)s, %(received_from)s, %(received_to)s, %(min_time)s,
       %(max_time)s, %(deliveries)s, %(stored)s, %(duplicates)s, %(dead_letters)s
FROM watermark
RETURNING commit_no
