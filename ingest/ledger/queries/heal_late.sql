-- Gaps given up as lost whose messages came after all.
UPDATE gaps g SET state = 'healed', missing = '{}', closed_at = now()
FROM ledger l
WHERE g.state = 'lost' AND g.closed_at > now() - interval '8 days'
  AND l.device = g.device AND l.boot = g.boot AND int8multirange(g.span) <@ l.committed
  -- What was closed in bulk counts as committed without having come.
  AND upper(g.span) > l.settled
