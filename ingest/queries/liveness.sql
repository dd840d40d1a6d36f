-- The rule of `ingest.liveness.assess` for every device in one pass. Writes the rows whose state
-- or reason changed and returns them. The reasons stand in the order in which the rule asks.
WITH given AS (
    SELECT %(now)s::timestamptz AS now, %(late)s::int AS late, %(offline)s::int AS offline,
           %(slack)s::interval AS slack, %(watcher_silent)s::interval AS watcher_silent,
           coalesce(%(unconfirmed_before)s::timestamptz, '-infinity') AS unconfirmed_before
), blind AS MATERIALIZED (
    SELECT start, stop
    FROM unnest(%(blind_from)s::timestamptz[], %(blind_to)s::timestamptz[]) AS b (start, stop)
), watched AS MATERIALIZED (
    SELECT w.device, w.state, w.reason, w.since
    FROM watched_devices w JOIN processes p ON p.name = w.watcher CROSS JOIN given
    WHERE p.state = 'running' AND p.last_beat > given.now - watcher_silent
), heard AS (
    SELECT device, max(last_seen) AS last_seen FROM ledger GROUP BY device
), signs AS (
    SELECT d.id AS device, d.enabled, d.retired_at,
           d.maintenance_since, d.maintenance_until,
           make_interval(secs => d.expected_interval_seconds) AS "interval",
           s.state AS before, s.reason AS before_reason, s.since AS before_since,
           s.will_state, s.will_at, h.last_seen,
           CASE WHEN s.will_state = 'online' THEN s.will_at END AS connected,
           w.state AS watched, w.reason AS watched_reason, w.since AS watched_since
    FROM devices d
    LEFT JOIN device_status s ON s.device = d.id
    LEFT JOIN heard h ON h.device = d.id
    LEFT JOIN watched w ON w.device = d.id
    WHERE d.retired_at IS NULL OR s.reason IS DISTINCT FROM 'retired'
), measured AS MATERIALIZED (  -- else the planner works each sum out once per use
    SELECT signs.*, given.*, life,
           now - life - coalesce((
               SELECT sum(least(now, stop) - greatest(life, start)) FROM blind
               WHERE least(now, stop) > greatest(life, start)
           ), interval '0') AS silence,
           coalesce(last_seen > will_at + slack AND NOT EXISTS (
               SELECT FROM blind WHERE last_seen BETWEEN start AND stop
           ), false) AS outlived
    FROM signs CROSS JOIN given
    CROSS JOIN LATERAL (SELECT greatest(connected, last_seen)) AS l (life)
), reasoned AS MATERIALIZED (
    SELECT *,
    watched IS NOT NULL AND retired_at IS NULL AND enabled
        AND NOT coalesce(maintenance_since <= now AND now < maintenance_until, false) AS by_watcher,
    CASE
        WHEN retired_at IS NOT NULL THEN 'retired'
        WHEN NOT enabled THEN 'disabled'
        WHEN maintenance_since <= now AND now < maintenance_until THEN 'in maintenance'
        WHEN watched IS NOT NULL THEN watched_reason
        WHEN will_state = 'offline' AND will_at IS NOT NULL AND NOT outlived THEN 'last will'
        WHEN life IS NULL THEN 'never heard of'
        WHEN "interval" IS NULL AND connected IS NOT NULL AND life >= unconfirmed_before
            THEN 'connected'
        WHEN "interval" IS NULL THEN 'no interval to judge by'
        WHEN silence > "interval" * late + slack THEN 'silent'
        WHEN life = last_seen THEN 'reporting'
        ELSE 'connected'
    END AS reason
    FROM measured
), judged AS (
    SELECT *,
        CASE
            WHEN by_watcher THEN watched
            WHEN reason IN ('retired', 'disabled', 'never heard of', 'no interval to judge by')
                THEN 'unknown'
            WHEN reason = 'in maintenance' THEN 'maintenance'
            WHEN reason = 'last will' THEN 'offline'
            WHEN reason = 'silent' AND silence > "interval" * offline + slack THEN 'offline'
            WHEN reason = 'silent' THEN 'late'
            ELSE 'online'
        END AS state,
        CASE
            WHEN by_watcher THEN watched_since
            WHEN reason = 'in maintenance' THEN maintenance_since
            WHEN reason = 'last will' THEN will_at
            WHEN reason = 'reporting' THEN life
            WHEN reason = 'connected' THEN CASE WHEN "interval" IS NULL THEN connected ELSE life END
            ELSE now
        END AS since
    FROM reasoned
), changes AS (
    SELECT device, before, state, reason,
           CASE WHEN before = state THEN before_since
                ELSE greatest(before_since, least(since, now)) END AS since
    FROM judged
    WHERE before IS DISTINCT FROM state OR before_reason IS DISTINCT FROM reason
), written AS (
    INSERT INTO device_status AS s (device, state, reason, since)
    SELECT device, state, reason, since FROM changes ORDER BY device
    ON CONFLICT (device) DO UPDATE
        SET state = excluded.state, reason = excluded.reason, since = excluded.since
)
SELECT c.device, d.device_id, d.division_code, c.before, c.state, c.reason, c.since
FROM changes c JOIN devices d ON d.id = c.device
ORDER BY c.device
