-- What devices say they did. A device answers its own commands only; rows are locked in one order,
-- since several writers may bring answers at once.
WITH answers AS (
    SELECT DISTINCT ON (id) id, device, ok, detail
    FROM unnest(%(id)s::uuid[], %(device)s::int[], %(ok)s::bool[], %(detail)s::text[])
         WITH ORDINALITY AS t (id, device, ok, detail, place)
    ORDER BY id, place DESC
), mine AS (
    SELECT c.id FROM commands c JOIN answers a ON a.id = c.id AND a.device = c.device
    ORDER BY c.id FOR UPDATE OF c
)
UPDATE commands c
SET state = CASE WHEN a.ok THEN 'answered' ELSE 'refused' END,
    answered_at = now(), detail = a.detail
FROM answers a JOIN mine ON mine.id = a.id
WHERE c.id = a.id
  AND c.state = ANY(CASE WHEN a.ok THEN %(accept)s::text[] ELSE %(refuse)s::text[] END)
