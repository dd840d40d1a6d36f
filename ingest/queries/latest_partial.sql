-- Messages that hold only some of a model's quantities: each value is weighed by its own time.
INSERT INTO latest_readings AS l (device, time, received_at, "values", times)
SELECT device, 'epoch'::timestamptz + time_us * interval '1 microsecond',
       'epoch'::timestamptz + received_us * interval '1 microsecond', "values"::float8[],
       ARRAY(SELECT CASE WHEN v IS NOT NULL
             THEN 'epoch'::timestamptz + time_us * interval '1 microsecond' END FROM unnest("values"::float8[]) AS v)
FROM unnest(%(device)s::int[], %(time_us)s::bigint[], %(received_us)s::bigint[],
            %(values)s::text[]) AS t(device, time_us, received_us, "values")
ORDER BY device
ON CONFLICT (device) DO UPDATE SET
    time = greatest(l.time, excluded.time),
    received_at = greatest(l.received_at, excluded.received_at),
    ("values", times) = (
        SELECT array_agg(CASE WHEN newer THEN new_value ELSE old_value END ORDER BY place),
               array_agg(CASE WHEN newer THEN new_time ELSE old_time END ORDER BY place)
        FROM (
            SELECT place, new_value, old_value, new_time, old_time,
                   new_value IS NOT NULL AND (old_time IS NULL OR new_time >= old_time) AS newer
            FROM unnest(excluded."values", l."values", excluded.times,
                        coalesce(l.times, array_fill(l.time, ARRAY[cardinality(l."values")])))
                 WITH ORDINALITY AS u(new_value, old_value, new_time, old_time, place)
        ) AS weighed)
-- A row of one time knows nothing older than itself better.
WHERE excluded.time > l.time OR l.times IS NOT NULL
