-- Commands that wait to be sent, oldest first; of devices that can have one.
SELECT c.id, d.kind, d.device_id, c.name, c.args, c.deadline
FROM commands c JOIN devices d ON d.id = c.device
WHERE c.state = 'queued' AND c.deadline > now() AND d.enabled AND d.retired_at IS NULL
ORDER BY c.requested_at, c.id
LIMIT %(limit)s
FOR UPDATE OF c SKIP LOCKED
