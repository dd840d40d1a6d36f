-- Numbers that leave holes everywhere (a device that counts by two, or at random) would make the
-- ledger grow by a range a message. Below its newest `keep` ranges everything is settled: what is
-- missing there is lost, in one gap. Returns one row per boot so treated.
WITH ragged AS MATERIALIZED (
    SELECT device, boot, committed, settled FROM ledger
    WHERE pg_column_size(committed) > %(bytes)s
    ORDER BY device, boot FOR UPDATE
), floors AS MATERIALIZED (
    SELECT r.device, r.boot, r.settled, r.committed, f.floor FROM ragged r
    CROSS JOIN LATERAL (
        SELECT lower(part) AS floor FROM unnest(r.committed) AS part
        ORDER BY part DESC OFFSET %(keep)s - 1 LIMIT 1) AS f
    WHERE f.floor > r.settled
), folded AS (
    DELETE FROM gaps g USING floors f
    WHERE g.device = f.device AND g.boot = f.boot AND g.state <> 'healed'
      AND upper(g.span) <= f.floor AND lower(g.span) >= f.settled
), lost AS (
    INSERT INTO gaps (device, boot, span, missing, state, seen_at, opened_at, closed_at)
    SELECT device, boot, int8range(settled, floor),
           int8multirange(int8range(settled, floor)) - committed, 'lost', now(), now(), now()
    FROM floors
), settled AS (
    UPDATE ledger l SET
        committed = l.committed + int8multirange(int8range(0, f.floor)),
        lost = l.lost - int8multirange(int8range(0, f.floor)),
        settled = f.floor
    FROM floors f WHERE l.device = f.device AND l.boot = f.boot
)
SELECT f.device, d.device_id, d.division_code, f.boot, f.settled, f.floor
FROM floors f JOIN devices d ON d.id = f.device ORDER BY f.device, f.boot
