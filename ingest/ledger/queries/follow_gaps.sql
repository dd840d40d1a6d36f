-- Moves every living gap on: filled within the grace it never was one; filled later it is healed;
-- unfilled after the grace it is open; unfilled for too long it is lost. A number may wait at the
-- broker for a gateway that is down or behind: the grace counts once each has had nothing waiting
-- after it, or patience is over.
WITH drained AS (
    SELECT coalesce(min(coalesce(drained_at, '-infinity')), 'infinity') AS upto FROM gateways
), seen AS (
    SELECT g.id, g.state, g.opened_at,
           int8multirange(g.span) - l.committed AS missing,
           g.state = 'pending' AND g.seen_at <= now() - %(grace)s
               AND (g.seen_at + %(grace)s <= drained.upto
                    OR g.seen_at <= now() - %(patience)s) AS is_due
    FROM gaps g JOIN ledger l USING (device, boot), drained
    WHERE g.state IN ('pending', 'open')
), vanished AS (
    DELETE FROM gaps USING seen
    WHERE gaps.id = seen.id AND seen.state = 'pending' AND isempty(seen.missing)
)
UPDATE gaps g SET
    missing = seen.missing,
    state = CASE
        WHEN isempty(seen.missing) THEN 'healed'
        WHEN seen.is_due THEN 'open'
        WHEN seen.state = 'open' AND seen.opened_at <= now() - %(lost_after)s THEN 'lost'
        ELSE seen.state END,
    opened_at = CASE
        WHEN seen.is_due THEN now()
        ELSE seen.opened_at END,
    closed_at = CASE
        WHEN isempty(seen.missing) OR seen.opened_at <= now() - %(lost_after)s THEN now() END
FROM seen
WHERE g.id = seen.id AND NOT (seen.state = 'pending' AND isempty(seen.missing))
  AND (seen.missing <> g.missing OR isempty(seen.missing)
       OR seen.is_due
       OR (seen.state = 'open' AND seen.opened_at <= now() - %(lost_after)s))
RETURNING g.id, g.device, g.boot, g.state
