-- SKIP LOCKED: a picture that arrives at this moment is not overdue, and two sweepers do not meet.
WITH overdue AS (
    SELECT sha256 FROM evidence
    WHERE state = 'pending' AND first_seen < now() - %(grace)s::interval
    ORDER BY first_seen LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
UPDATE evidence SET state = 'missing', missing_since = now()
FROM overdue WHERE evidence.sha256 = overdue.sha256
RETURNING encode(evidence.sha256, 'hex') AS sha256, device, division_code, first_seen
