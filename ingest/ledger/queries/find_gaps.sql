-- Notes every hole in the ledger that no gap on record covers yet, number by number: a hole at the
-- end grows with what the device announces. `holed` is an index of few rows.
WITH holes AS (
    SELECT device, boot,
           unnest(int8multirange(int8range(0, greatest(upper(committed), announced + 1)))
                  - committed - lost
                  - coalesce((SELECT range_agg(g.span) FROM gaps g
                              WHERE g.device = l.device AND g.boot = l.boot
                                AND g.state IN ('pending', 'open')), '{}')) AS hole
    FROM ledger l WHERE holed
)
INSERT INTO gaps (device, boot, span, missing, state, seen_at)
SELECT device, boot, hole, int8multirange(hole), 'pending', now()
FROM holes
