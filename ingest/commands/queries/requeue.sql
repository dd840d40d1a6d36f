-- The broker may have lost what it held: what was not answered goes out again.
UPDATE commands SET state = 'queued'
WHERE id IN (
    SELECT id FROM commands WHERE state = ANY(%(from)s) AND deadline > now()
    ORDER BY id FOR UPDATE
)
