SELECT position, stream, payload::text FROM outbox
WHERE position > %(after)s ORDER BY position LIMIT %(limit)s
