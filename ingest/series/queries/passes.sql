-- Newest first; (time, boot, seq) names a pass of a device once.
SELECT time, received_at, boot, seq, plate, plate_colour, vehicle_class, lane, speed_mps, evidence
FROM passes
WHERE device = %(device)s AND time >= %(start)s AND time < %(end)s
  AND (%(plate)s::text IS NULL OR plate = %(plate)s)
  AND (%(last_time)s::timestamptz IS NULL OR (
      time <= %(last_time)s
      AND (time, boot, seq) < (%(last_time)s, %(last_boot)s::bigint, %(last_seq)s::bigint)))
ORDER BY time DESC, boot DESC, seq DESC LIMIT %(limit)s
