-- Deliveries of a window that ended a moment ago (`lag`: what came since may not be committed
-- yet). A batch that reaches over an edge counts with the part of its time that lies inside.
WITH w AS (
    SELECT now() - %(lag)s::interval - %(window)s::interval AS start, now() - %(lag)s::interval AS stop
)
SELECT coalesce(sum(
    b.deliveries * CASE WHEN b.received_to = b.received_from THEN 1
        ELSE extract(epoch FROM least(b.received_to, w.stop) - greatest(b.received_from, w.start))
             / extract(epoch FROM b.received_to - b.received_from) END), 0)::float8
FROM w, batches b
WHERE b.received_to > now() - %(lag)s::interval - %(window)s::interval
  AND b.received_from < now() - %(lag)s::interval
