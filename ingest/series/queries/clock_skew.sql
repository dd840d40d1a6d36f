-- How far each device's clock is ahead of ours, by its newest boot; the worst first.
SELECT * FROM (
    SELECT DISTINCT ON (l.device) d.id AS number, d.device_id, d.name, d.kind, d.division_code,
           l.boot, l.last_seen, l.clock_skew::double precision AS skew
    FROM ledger l JOIN devices d ON d.id = l.device
    WHERE d.retired_at IS NULL AND d.division_code LIKE ANY (%(divisions)s)
      AND (%(kind)s::text IS NULL OR d.kind = %(kind)s)
    ORDER BY l.device, l.last_seen DESC, l.boot DESC
) AS skews
WHERE abs(skew) >= %(least)s
  AND (%(last_skew)s::double precision IS NULL
       OR (-abs(skew), number) > (-%(last_skew)s::double precision, %(last_number)s::int))
ORDER BY -abs(skew), number LIMIT %(limit)s
