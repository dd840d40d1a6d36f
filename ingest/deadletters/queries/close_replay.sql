-- Last statement of a replay, as `close_batch` is of a batch: no delivery, but facts.
WITH watermark AS (
    UPDATE commit_watermark SET commit_no = commit_no + 1 RETURNING commit_no
), counted AS (
    INSERT INTO counters AS c (writer, deliveries, stored, duplicates, dead_letters, replayed)
    VALUES (%(writer)s, 0, 0, 0, 0, %(replayed)s)
    ON CONFLICT (writer) DO UPDATE SET replayed = c.replayed + excluded.replayed
)
INSERT INTO batches (id, commit_no, writer, received_from, received_to, min_time, max_time,
                     deliveries, stored, duplicates, dead_letters, replayed)
SELECT %(batch)s, commit_no, %(writer)s, %(received_from)s, %(received_to)s, %(min_time)s,
       %(max_time)s, 0, 0, 0, 0, %(replayed)s
FROM watermark
