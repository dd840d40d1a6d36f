-- Adds the numbers of a batch to the ledger, in one order for every writer (no deadlock), and
-- returns the (device, boot) of which some were committed before, with those that were not.
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
    FROM incoming ORDER BY device, boot
    ON CONFLICT (device, boot) DO UPDATE SET
        committed = l.committed + excluded.committed,
        added = excluded.committed - l.committed,
        lost = l.lost - excluded.committed,
        last_seen = greatest(l.last_seen, excluded.last_seen),
        clock_skew = excluded.clock_skew,
        announced = greatest(l.announced, excluded.announced)
    RETURNING device, boot, added
)
SELECT c.device, c.boot, c.added
FROM counted c JOIN incoming i USING (device, boot)
WHERE c.added <> i.numbers
