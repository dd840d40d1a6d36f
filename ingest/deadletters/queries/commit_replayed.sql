-- Adds numbers of replayed messages to the ledger, in the order of every writer. Returns of each
-- (device, boot) what was not committed before, and from when to when its messages were received.
-- Unlike a batch it leaves the clock skew alone: what is replayed is old.
WITH incoming AS (
    SELECT device, boot, numbers::int8multirange AS numbers, received_from, received_to, skew
    FROM unnest(%(device)s::int[], %(boot)s::bigint[], %(numbers)s::text[],
                %(received_from)s::timestamptz[], %(received_to)s::timestamptz[],
                %(skew)s::real[])
         AS t(device, boot, numbers, received_from, received_to, skew)
)
INSERT INTO ledger AS l (device, boot, committed, added, first_seen, last_seen, clock_skew)
SELECT device, boot, numbers, numbers, received_from, received_to, skew
FROM incoming ORDER BY device, boot
ON CONFLICT (device, boot) DO UPDATE SET
    committed = l.committed + excluded.committed,
    added = excluded.committed - l.committed,
    lost = l.lost - excluded.committed,
    first_seen = least(l.first_seen, excluded.first_seen),
    last_seen = greatest(l.last_seen, excluded.last_seen)
RETURNING device, boot, added, first_seen, last_seen
