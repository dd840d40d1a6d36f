-- Which of these troubles fall under a silence (its number) or the maintenance of a device (0).
WITH given AS (
    SELECT key, device, division_code, ST_SetSRID(ST_MakePoint(lon, lat), 4326) AS place
    FROM json_to_recordset(%(rows)s::json) AS r (
        key text, device int, division_code text, lon float8, lat float8)
), held AS MATERIALIZED (
    SELECT id, device, division, area, divisions FROM silences
    WHERE ended_at IS NULL AND since <= %(moment)s AND until > %(moment)s
)
SELECT given.key, min(found.silence) AS silence
FROM given CROSS JOIN LATERAL (
    SELECT 0 AS silence FROM devices d
    WHERE d.id = given.device
      AND d.maintenance_since <= %(moment)s AND d.maintenance_until > %(moment)s
    UNION ALL
    SELECT h.id FROM held h
    WHERE (h.device = given.device OR given.division_code LIKE h.division || '%%'
           OR ST_Covers(h.area, given.place))
      AND EXISTS (SELECT FROM unnest(h.divisions) AS p (prefix)
                  WHERE given.division_code LIKE p.prefix || '%%')
) AS found
GROUP BY given.key
