-- In the order in which batches write dead letters.
SELECT id FROM dead_letters WHERE id = ANY(%(ids)s) ORDER BY identity FOR UPDATE
