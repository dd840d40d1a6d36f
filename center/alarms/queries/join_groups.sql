-- Two reports that open the group of one storm at once: the second joins that of the first.
INSERT INTO alarm_groups AS g
    (storm, source, kind, title_zh, title_en, count, first_time, last_time, opened_at)
SELECT storm, source, kind, title_zh, title_en, count, first_time, last_time, %(moment)s
FROM json_to_recordset(%(rows)s::json) AS given (
    storm text, source text, kind text, title_zh text, title_en text, count int,
    first_time timestamptz, last_time timestamptz)
ORDER BY storm
ON CONFLICT (storm) WHERE current DO UPDATE SET
    count = g.count + excluded.count,
    first_time = least(g.first_time, excluded.first_time),
    last_time = greatest(g.last_time, excluded.last_time)
RETURNING storm, id
