-- What became of each replay: with a batch it is a fact now, without one it was refused again.
UPDATE dead_letters d SET
    state = CASE WHEN t.batch IS NULL THEN 'open' ELSE 'replayed' END,
    closed_at = CASE WHEN t.batch IS NOT NULL THEN now() END,
    closed_by = CASE WHEN t.batch IS NOT NULL THEN r.requested_by END,
    closed_reason = t.closed_reason,
    reason = coalesce(t.reason, d.reason), detail = coalesce(t.detail, d.detail), batch = t.batch,
    division_code = coalesce(d.division_code, t.division_code),
    replay_requested_at = NULL, replay_attempted_at = now(), version = d.version + 1
FROM unnest(%(id)s::bigint[], %(batch)s::bigint[], %(reason)s::text[], %(detail)s::text[],
            %(closed_reason)s::text[], %(division_code)s::text[])
         AS t(id, batch, reason, detail, closed_reason, division_code)
JOIN dead_letters same USING (id)
LEFT JOIN dead_letter_replays r ON r.id = same.replay
WHERE d.id = t.id
