-- One that is known already is named again: it is kept as long as the newest fact that names it.
-- To the day exactly, for a write to each picture would be dear.
INSERT INTO evidence (sha256, state, device, division_code, first_seen)
SELECT decode(sha256, 'hex'), 'pending', device, division_code, named_at
FROM unnest(%(sha256)s::text[], %(device)s::int[], %(division_code)s::text[],
            %(named_at)s::timestamptz[]) AS named (sha256, device, division_code, named_at)
ORDER BY sha256
ON CONFLICT (sha256) DO UPDATE SET last_named_at = excluded.first_seen
WHERE coalesce(evidence.last_named_at, evidence.first_seen)
    < excluded.first_seen - INTERVAL '1 day'
