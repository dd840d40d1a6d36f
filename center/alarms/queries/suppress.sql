INSERT INTO alarms_suppressed AS s
    (silence, key, device, division_code, count, first_time, last_time)
SELECT silence, key, device, division_code, count, first_time, last_time
FROM json_to_recordset(%(rows)s::json) AS given (
    silence bigint, key text, device int, division_code text, count bigint,
    first_time timestamptz, last_time timestamptz)
ORDER BY key
ON CONFLICT (silence, key) DO UPDATE
    SET count = s.count + excluded.count, last_time = excluded.last_time
    WHERE s.last_time < excluded.last_time
