-- The broker may have lost what it held: what was not answered goes out again, and at once.
UPDATE commands SET state = 'queued', handed_at = NULL, retry_at = NULL
WHERE id IN (
    SELECT id FROM commands
    WHERE state = ANY(%(from)s) AND deadline > now()
      AND (%(devices)s::integer[] IS NULL OR device = ANY(%(devices)s))
    ORDER BY id FOR UPDATE
)
