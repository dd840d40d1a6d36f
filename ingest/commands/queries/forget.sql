-- Closed commands nobody asks about any more; a bounded number at a time.
DELETE FROM commands WHERE id IN (
    SELECT id FROM commands
    WHERE state NOT IN ('queued', 'sent') AND requested_at < now() - %(keep)s
    LIMIT %(limit)s
)
