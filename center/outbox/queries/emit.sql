-- The notification leaves with the commit; equal ones of a transaction are folded into one.
WITH recorded AS (
    INSERT INTO outbox (stream, event, payload)
    SELECT stream, tag, payload::jsonb
    FROM unnest(%(streams)s::text[], %(tags)s::text[], %(payloads)s::text[])
        WITH ORDINALITY AS given (stream, tag, payload, place)
    ORDER BY place
    RETURNING id
)
SELECT pg_notify('hy_outbox', '') FROM recorded LIMIT 1
