INSERT INTO alarm_acts (alarm, time, act, state, actor_id, actor, note, detail)
SELECT alarm, time, act, state, actor_id, actor, note, detail
FROM ROWS FROM (json_to_recordset(%(rows)s::json) AS (
    alarm bigint, time timestamptz, act text, state text, actor_id bigint, actor text, note text,
    detail jsonb)) WITH ORDINALITY
ORDER BY ordinality
