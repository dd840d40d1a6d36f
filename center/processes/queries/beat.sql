INSERT INTO processes (name, kind, pid, host, started_at, last_beat, state, detail)
VALUES (%(name)s, %(kind)s, %(pid)s, %(host)s, %(started_at)s, now(), %(state)s, %(detail)s)
ON CONFLICT (name) DO UPDATE SET
    kind = EXCLUDED.kind, pid = EXCLUDED.pid, host = EXCLUDED.host,
    started_at = EXCLUDED.started_at, last_beat = EXCLUDED.last_beat,
    state = EXCLUDED.state, detail = EXCLUDED.detail
