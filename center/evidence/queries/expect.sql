-- One that is known already is named again: it is kept as long as the newest fact that names it.
-- To the day exactly, for a write to each picture would be dear. Once personal, always personal.
INSERT INTO evidence (sha256, state, device, division_code, first_seen, personal)
SELECT decode(sha256, 'hex'), 'pending', device, division_code, named_at, personal
FROM unnest(%(sha256)s::text[], %(device)s::int[], %(division_code)s::text[],
            %(named_at)s::timestamptz[], %(personal)s::boolean[])
     AS named (sha256, device, division_code, named_at, personal)
ORDER BY sha256
ON CONFLICT (sha256) DO UPDATE SET
    last_named_at = excluded.first_seen, personal = evidence.personal OR excluded.personal
WHERE coalesce(evidence.last_named_at, evidence.first_seen)
    < excluded.first_seen - INTERVAL '1 day'
    OR excluded.personal AND NOT evidence.personal
