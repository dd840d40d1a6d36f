-- On their way to the broker, which has not answered yet.
UPDATE commands SET handed_at = now() WHERE id = ANY(%(ids)s)
