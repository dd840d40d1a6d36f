-- What is lost is no hole any more; it is remembered, and taken back should it come after all.
-- Rows are locked in the order in which writers lock theirs.
WITH given_up AS (
    SELECT device, boot, range_agg(part) AS missing
    FROM gaps, unnest(missing) AS part
    WHERE id = ANY(%(ids)s) GROUP BY device, boot
), mine AS (
    SELECT l.device, l.boot, g.missing FROM ledger l JOIN given_up g USING (device, boot)
    ORDER BY l.device, l.boot FOR UPDATE OF l
)
UPDATE ledger l SET lost = l.lost + (mine.missing - l.committed)
FROM mine WHERE l.device = mine.device AND l.boot = mine.boot
