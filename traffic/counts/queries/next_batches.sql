-- What was committed after a batch, in order; numbers have no hole. The horizon spares the search of
-- old days: no batch waits for its commit so long.
SELECT id, commit_no, stored, min_time, max_time, received_to FROM batches
WHERE commit_no > %(commit_no)s AND received_to >= %(horizon)s
ORDER BY commit_no LIMIT %(limit)s
