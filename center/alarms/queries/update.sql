-- The rows are locked already, in the order of their keys.
UPDATE alarms a SET
    version = given.version, state = given.state, severity = given.severity, level = given.level,
    title_zh = given.title_zh, title_en = given.title_en, fact_time = given.fact_time,
    changed_at = given.changed_at, waits_since = given.waits_since, told_at = given.told_at,
    repeats = given.repeats, acknowledged_at = given.acknowledged_at,
    acknowledged_by = given.acknowledged_by, cleared_at = given.cleared_at,
    closed_at = given.closed_at, shelved_until = given.shelved_until,
    measured = coalesce(given.measured, a.measured),
    evidence = CASE WHEN given.evidence IS NULL THEN a.evidence ELSE
        ARRAY(SELECT decode(hash, 'hex') FROM unnest(given.evidence) AS e (hash)) END
FROM json_to_recordset(%(rows)s::json) AS given (
    id bigint, version int, state text, severity text, level smallint, title_zh text,
    title_en text, fact_time timestamptz, changed_at timestamptz, waits_since timestamptz,
    told_at timestamptz, repeats int, acknowledged_at timestamptz, acknowledged_by text,
    cleared_at timestamptz, closed_at timestamptz, shelved_until timestamptz, measured jsonb,
    evidence text[])
WHERE a.id = given.id
