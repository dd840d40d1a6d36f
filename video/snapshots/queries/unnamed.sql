-- Pictures taken by ourselves that nothing names any more.
DELETE FROM evidence
WHERE sha256 = ANY (%(hashes)s) AND state = 'stored' AND uploaded_by LIKE 'video:%%'
  AND NOT EXISTS (SELECT FROM camera_snapshots s WHERE s.sha256 = evidence.sha256)
  AND NOT ({held})
RETURNING encode(sha256, 'hex') AS sha256
