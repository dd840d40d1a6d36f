-- Since when a device can have said something, and when it was last heard.
SELECT d.kind, d.created_at, (SELECT max(last_seen) FROM ledger l WHERE l.device = d.id) AS last_seen
FROM devices d WHERE d.id = %(device)s
