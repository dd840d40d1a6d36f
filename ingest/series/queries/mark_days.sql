INSERT INTO rollup_dirty_day (device, day)
SELECT DISTINCT device, date_trunc('day', bucket, 'Asia/Shanghai')
FROM unnest(%(devices)s::int[], %(buckets)s::timestamptz[]) AS hour (device, bucket)
ON CONFLICT DO NOTHING
