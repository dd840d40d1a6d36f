SELECT count(*) AS length,
       coalesce(extract(epoch FROM now() - min(emitted_at)), 0)::double precision AS oldest_seconds
FROM outbox
WHERE position IS NULL OR position > (SELECT sent FROM outbox_head)
