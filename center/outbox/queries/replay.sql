SELECT position, stream, payload::text FROM outbox
WHERE position > %(after)s AND stream = ANY (%(streams)s) ORDER BY position LIMIT %(limit)s
