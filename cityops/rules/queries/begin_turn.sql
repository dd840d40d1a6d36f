-- The lock comes first: what is read after it is as the holder before left it.
SELECT revision, commit_no, watched_at FROM rule_watch FOR UPDATE
