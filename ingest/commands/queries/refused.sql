-- The broker has not taken these: they wait, and say why. Rows are locked in one order.
WITH said AS (
    SELECT * FROM unnest(%(id)s::uuid[], %(why)s::text[]) AS t (id, why)
), mine AS (
    SELECT c.id, said.why FROM commands c JOIN said USING (id)
    WHERE c.state = 'queued' ORDER BY c.id FOR UPDATE OF c
)
UPDATE commands c SET handed_at = NULL, retry_at = now() + %(pause)s, detail = mine.why
FROM mine WHERE c.id = mine.id
