-- Latest readings written by transaction `since` or a younger one (null: all of them). Such a row
-- may have been seen before; one that has changed is never missed, in whatever order commits came.
SELECT device, xmin::text::bigint, time, "values" FROM latest_readings
WHERE age(xmin) <= coalesce(age(%(since)s::text::xid), 2147483647)
