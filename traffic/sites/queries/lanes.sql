-- Lanes as registered and as seen in passes; one may be only registered, or only seen.
SELECT device, lane, l.movements, l.use, s.last_seen
FROM (SELECT * FROM traffic_lanes WHERE device = ANY (%(devices)s::int[])) AS l
FULL JOIN (SELECT * FROM traffic_lanes_seen WHERE device = ANY (%(devices)s::int[])) AS s
    USING (device, lane)
ORDER BY device, lane
