-- Gaps among these numbers that the device was asked to fill.
SELECT boot, lower(span) AS first, upper(span) AS beyond, opened_at AS since FROM gaps
WHERE device = %(device)s AND boot = ANY (%(boots)s::bigint[])
  AND span && int8range(%(first)s, %(last)s, '[]')
  AND requested_at IS NOT NULL AND opened_at IS NOT NULL
