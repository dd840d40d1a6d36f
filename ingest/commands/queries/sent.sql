-- The broker has taken these commands over.
UPDATE commands SET state = 'sent', sent_at = now(), attempts = attempts + 1
WHERE id = ANY(%(ids)s) AND state = ANY(%(from)s)
