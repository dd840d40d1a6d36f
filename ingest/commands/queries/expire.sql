-- Commands whose time is over, closed in one order for all who close commands.
WITH late AS (
    SELECT id FROM commands WHERE state = ANY(%(from)s) AND deadline <= now()
    ORDER BY id LIMIT %(limit)s FOR UPDATE
)
UPDATE commands c
SET state = 'timed_out', detail = CASE
    WHEN c.sent_at IS NOT NULL THEN 'no answer'
    WHEN c.detail IS NULL THEN 'never sent'
    ELSE 'never sent: ' || c.detail END
FROM late WHERE c.id = late.id
RETURNING c.id, c.device
