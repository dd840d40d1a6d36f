-- Evidence that nothing has named for so long, a slice at a time; `{held}` tells what else keeps it.
-- The locks last until the content is gone: who sends it again meanwhile waits and begins anew.
DELETE FROM evidence WHERE sha256 IN (
    SELECT sha256 FROM evidence
    WHERE first_seen < %(older_than)s
      AND greatest(last_named_at, stored_at, first_seen) < %(older_than)s
      AND NOT ({held})
    ORDER BY first_seen LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
RETURNING encode(sha256, 'hex') AS sha256, state
