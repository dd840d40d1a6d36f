-- States of devices, as in readings.sql.
SELECT device, xmin::text::bigint, state FROM device_status
WHERE age(xmin) <= coalesce(age(%(since)s::text::xid), 2147483647)
