-- A slice of old snapshots; the newest of each camera stays, however old: it may be the last there is.
DELETE FROM camera_snapshots WHERE (device, time) IN (
    SELECT device, time FROM camera_snapshots s
    WHERE time < %(older)s AND EXISTS (
        SELECT FROM camera_snapshots n WHERE n.device = s.device AND n.time > s.time)
    ORDER BY time LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
RETURNING sha256
