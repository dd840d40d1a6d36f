INSERT INTO alarms (
    key, version, state, severity, level, source, kind, title_zh, title_en, device, device_id,
    device_name, division_code, place, fact_time, raised_at, changed_at, waits_since, told_at,
    cleared_at, measured, evidence, group_id, repeats, rule_id, rule_version, rule_name)
SELECT
    key, version, state, severity, level, source, kind, title_zh, title_en, device, device_id,
    device_name, division_code, ST_SetSRID(ST_MakePoint(lon, lat), 4326), fact_time, raised_at,
    changed_at, waits_since, told_at, cleared_at, measured,
    ARRAY(SELECT decode(hash, 'hex') FROM unnest(evidence) AS e (hash)),
    group_id, repeats, rule_id, rule_version, rule_name
FROM json_to_recordset(%(rows)s::json) AS given (
    key text, version int, state text, severity text, level smallint, source text, kind text,
    title_zh text, title_en text, device int, device_id text, device_name text,
    division_code text, lon float8, lat float8, fact_time timestamptz, raised_at timestamptz,
    changed_at timestamptz, waits_since timestamptz, told_at timestamptz, cleared_at timestamptz,
    measured jsonb, evidence text[], group_id bigint, repeats int, rule_id bigint,
    rule_version int, rule_name text)
ORDER BY key
RETURNING key, id
