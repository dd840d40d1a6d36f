-- Lanes as registered and as seen in passes; one may be only registered, or only seen. On an approach
-- lanes count from the middle of the road, as the site's own numbers do.
SELECT device, lane, l.movements, l.use, l.approach, l.approach_lane, s.last_seen
FROM (
    SELECT *, CASE WHEN approach IS NOT NULL THEN
        row_number() OVER (PARTITION BY device, approach ORDER BY lane) END AS approach_lane
    FROM traffic_lanes WHERE device = ANY (%(devices)s::int[])
) AS l
FULL JOIN (SELECT * FROM traffic_lanes_seen WHERE device = ANY (%(devices)s::int[])) AS s
    USING (device, lane)
ORDER BY device, lane
