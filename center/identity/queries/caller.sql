-- All that a request needs to know of its session and user, in one round trip; of some sessions.
SELECT
    s.id AS session_id,
    s.expires_at,
    s.last_used_at,
    s.revoked_at,
    u.id AS user_id,
    u.username,
    u.display_name,
    u.divisions,
    u.disabled,
    u.must_change_password,
    u.password_changed_at,
    p.idle_logout_seconds,
    p.password_max_age_days,
    coalesce(r.roles, '{}') AS roles,
    coalesce(r.permissions, '{}') AS permissions
FROM sessions AS s
INNER JOIN users AS u ON u.id = s.user_id
CROSS JOIN security_policy AS p
LEFT JOIN LATERAL (
    SELECT
        array_agg(DISTINCT ur.role) AS roles,
        array_agg(DISTINCT rp.permission) FILTER (WHERE rp.permission IS NOT NULL) AS permissions
    FROM user_roles AS ur
    LEFT JOIN role_permissions AS rp ON rp.role = ur.role
    WHERE ur.user_id = u.id
) AS r ON TRUE
WHERE s.id = ANY(:session_ids)
