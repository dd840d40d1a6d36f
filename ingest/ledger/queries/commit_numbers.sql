-- Adds the numbers of a batch to the ledger, in one order for every writer (no deadlock), and
-- returns the (device, boot) of which some were committed before, with those that were not and the
-- number below which all is settled.
WITH incoming AS (
    SELECT device, boot, numbers::int8multirange AS numbers, skew, announced,
           'epoch'::timestamptz + received_us * interval '1 microsecond' AS received_at
    FROM unnest(%(device)s::int[], %(boot)s::bigint[], %(numbers)s::text[],
                %(received_us)s::bigint[], %(skew)s::real[], %(announced)s::bigint[])
         AS t(device, boot, numbers, received_us, skew, announced)
), counted AS (
    INSERT INTO ledger AS l
        (device, boot, committed, added, first_seen, last_seen, clock_skew, announced)
    SELECT device, boot, numbers, numbers, received_at, received_at, skew, announced
    FROM incoming i
    -- Announced boots alone may be made up: of one device so many are believed.
    WHERE numbers <> '{}'
       OR EXISTS (SELECT FROM ledger known WHERE (known.device, known.boot) = (i.device, i.boot))
       OR (SELECT count(*) FROM ledger known WHERE known.device = i.device) < 200
    ORDER BY device, boot
    ON CONFLICT (device, boot) DO UPDATE SET
        committed = l.committed + excluded.committed,
        added = excluded.committed - l.committed,
        lost = l.lost - excluded.committed,
        last_seen = greatest(l.last_seen, excluded.last_seen),
        -- A delay on the way makes a clock look slow, never fast: the estimate follows a larger
        -- value at once and a smaller one slowly, and old numbers, sent again, say nothing of it.
        clock_skew = CASE
            WHEN upper(excluded.committed) <= upper(l.committed) THEN l.clock_skew
            WHEN excluded.clock_skew >= l.clock_skew THEN excluded.clock_skew
            ELSE l.clock_skew + (excluded.clock_skew - l.clock_skew) * 0.05 END,
        announced = greatest(l.announced, excluded.announced)
    RETURNING device, boot, added, settled
)
SELECT c.device, c.boot, c.added, c.settled
FROM counted c JOIN incoming i USING (device, boot)
WHERE c.added <> i.numbers
