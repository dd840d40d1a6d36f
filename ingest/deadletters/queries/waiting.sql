-- Dead letters that people have asked to replay, the oldest first.
SELECT id, topic, content_type, payload,
       (extract(epoch FROM first_received_at) * 1000000)::bigint AS received_us
FROM dead_letters WHERE replay_requested_at IS NOT NULL
ORDER BY id LIMIT %(most)s
