-- What is lost is no hole any more; it is remembered, and taken back should it come after all.
UPDATE ledger l SET lost = l.lost + (lost.missing - l.committed)
FROM (SELECT device, boot, range_agg(part) AS missing
      FROM gaps, unnest(missing) AS part
      WHERE id = ANY(%(ids)s) GROUP BY device, boot) AS lost
WHERE l.device = lost.device AND l.boot = lost.boot
