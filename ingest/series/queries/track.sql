-- The fixes of a vehicle, thinned to the first of every `step` seconds.
SELECT DISTINCT ON (slot) time, lon, lat, speed_mps, heading_deg, accuracy_m
FROM (
    SELECT *, floor(extract(epoch FROM time) / %(step)s) AS slot FROM positions
    WHERE device = %(device)s AND time >= %(start)s AND time < %(end)s
) AS fixes
ORDER BY slot, time LIMIT %(limit)s
