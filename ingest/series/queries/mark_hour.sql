-- Every device that may have readings in the hour: its newest value is not older than the hour.
INSERT INTO rollup_dirty (device, bucket)
SELECT device, %(hour)s FROM latest_readings WHERE time >= %(hour)s ORDER BY device
ON CONFLICT DO NOTHING
