INSERT INTO evidence (sha256, state, device, division_code, first_seen)
SELECT decode(sha256, 'hex'), 'pending', device, division_code, named_at
FROM unnest(%(sha256)s::text[], %(device)s::int[], %(division_code)s::text[],
            %(named_at)s::timestamptz[]) AS named (sha256, device, division_code, named_at)
ORDER BY sha256
ON CONFLICT (sha256) DO NOTHING
