-- A number is given after the commit was seen, so a late commit gets a later number and whoever
-- reads on from a number misses nothing. The locked head keeps numbering to one at a time.
WITH head AS (
    SELECT position FROM outbox_head FOR UPDATE
), fresh AS (
    SELECT id, row_number() OVER (ORDER BY id) AS step
    FROM (SELECT id FROM outbox WHERE position IS NULL ORDER BY id LIMIT %(limit)s) AS waiting
), numbered AS (
    UPDATE outbox SET position = head.position + fresh.step
    FROM fresh, head
    WHERE outbox.id = fresh.id AND outbox.position IS NULL
    RETURNING outbox.position
)
UPDATE outbox_head SET position = newest.position
FROM (SELECT max(position) AS position FROM numbered) AS newest
WHERE newest.position IS NOT NULL
