-- Notes every hole in the ledger that no gap on record covers yet. `holed` is an index of few rows.
WITH holes AS (
    SELECT device, boot,
           unnest(int8multirange(int8range(0, greatest(upper(committed), announced + 1)))
                  - committed - lost) AS hole
    FROM ledger WHERE holed
)
INSERT INTO gaps (device, boot, span, missing, state, seen_at)
SELECT device, boot, hole, int8multirange(hole), 'pending', now()
FROM holes h
WHERE NOT EXISTS (
    SELECT 1 FROM gaps g
    WHERE g.device = h.device AND g.boot = h.boot AND g.state IN ('pending', 'open')
      AND g.span && h.hole)
