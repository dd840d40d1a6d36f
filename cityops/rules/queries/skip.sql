-- The last batch that is too old to be judged, where the watch was away for that long.
SELECT min(commit_no) - 1 AS commit_no FROM batches
WHERE received_to >= %(since)s AND commit_no > %(commit_no)s
