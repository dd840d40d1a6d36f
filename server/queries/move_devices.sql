-- Puts devices of one owner where they are now; gives those that stood elsewhere. Names follow the
-- place; what did not move keeps the name that somebody may have given it.
UPDATE devices d SET name = t.name, division_code = t.division,
    place = ST_SetSRID(ST_MakePoint(t.lon, t.lat), 4326)
FROM unnest(
    CAST(:device_id AS text[]), CAST(:name AS text[]), CAST(:division AS text[]),
    CAST(:lon AS double precision[]), CAST(:lat AS double precision[])
) AS t (device_id, name, division, lon, lat)
WHERE d.device_id = t.device_id AND d.owner = :owner AND d.retired_at IS NULL
  AND (d.place IS NULL OR ST_DistanceSphere(d.place, ST_SetSRID(ST_MakePoint(t.lon, t.lat), 4326)) > 1)
RETURNING d.device_id
