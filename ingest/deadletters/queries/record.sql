-- Keeps dead letters; one that is there already, known by topic and content, is counted as seen
-- again. Returns whether each was new.
INSERT INTO dead_letters AS d (
    identity, first_received_at, last_received_at, topic, content_type, device_id, division_code,
    stream, boot, seq, reason, detail, whole, payload, size, repeats)
SELECT identity, received_at, received_at, topic, content_type, device_id, division_code,
       stream, boot, seq, reason, detail, whole, payload, size, seen - 1
FROM unnest(%(identity)s::bytea[], %(received_at)s::timestamptz[], %(topic)s::text[],
            %(content_type)s::text[], %(device_id)s::text[], %(division_code)s::text[],
            %(stream)s::text[], %(boot)s::bigint[], %(seq)s::bigint[], %(reason)s::text[],
            %(detail)s::text[], %(whole)s::bool[], %(payload)s::bytea[], %(size)s::bigint[],
            %(seen)s::bigint[])
     AS t(identity, received_at, topic, content_type, device_id, division_code, stream, boot, seq,
          reason, detail, whole, payload, size, seen)
ORDER BY identity
ON CONFLICT (identity) DO UPDATE SET
    repeats = d.repeats + excluded.repeats + 1,
    last_received_at = greatest(d.last_received_at, excluded.last_received_at)
RETURNING identity, (xmax = 0) AS is_new
