-- Readings of some batches, in the order in which they are judged.
SELECT device, (extract(epoch FROM time) * 1000000)::bigint AS time_us, "values"
FROM readings
WHERE batch = ANY (%(batches)s::bigint[]) AND time >= %(first)s AND time <= %(last)s
ORDER BY array_position(%(batches)s::bigint[], batch), time, boot, seq
