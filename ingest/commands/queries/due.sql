-- Commands that wait to be sent, oldest first; of devices that can have one. Not those of which the
-- broker has still to say whether it takes them, nor those it has refused a moment ago.
SELECT c.id, d.kind, d.device_id, c.name, c.args, c.deadline
FROM commands c JOIN devices d ON d.id = c.device
WHERE c.state = 'queued' AND c.deadline > now() AND d.enabled AND d.retired_at IS NULL
  AND c.handed_at IS NULL AND (c.retry_at IS NULL OR c.retry_at <= now())
ORDER BY c.requested_at, c.id
LIMIT %(limit)s
FOR UPDATE OF c SKIP LOCKED
