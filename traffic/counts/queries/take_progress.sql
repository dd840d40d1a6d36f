-- Who else counts at this moment is left alone.
SELECT commit_no, received_upto FROM traffic_progress FOR UPDATE SKIP LOCKED
