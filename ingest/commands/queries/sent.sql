-- The broker has taken these over. A device may have answered before we heard of it.
WITH mine AS (
    SELECT id FROM commands WHERE id = ANY(%(ids)s) ORDER BY id FOR UPDATE
)
UPDATE commands c SET
    sent_at = now(), attempts = attempts + 1,
    state = CASE WHEN state = ANY(%(from)s) THEN 'sent' ELSE state END,
    detail = CASE WHEN state = ANY(%(from)s) THEN NULL ELSE detail END
FROM mine WHERE c.id = mine.id
