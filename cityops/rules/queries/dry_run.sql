-- What a threshold rule would have raised on stored readings: the rule of
-- `cityops.rules.evaluation.advance` over whole days at once; a test holds both equal.
-- `limits` and `clears` carry the sign, as values do here: bad is always high.
WITH watched AS (
    SELECT device, place FROM unnest(%(devices)s::int[], %(places)s::int[]) AS w (device, place)
), arrived AS (  -- in the order in which they came; what was older than one before it is left out
    SELECT r.device, r.time, %(sign)s::int * r."values"[w.place] AS value,
           row_number() OVER came AS n,
           max(r.time) OVER (came ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS newest
    FROM readings r JOIN watched w USING (device)
    WHERE r.time >= %(start)s AND r.time < %(end)s
    WINDOW came AS (PARTITION BY r.device ORDER BY r.batch, r.time, r.boot, r.seq)
), facts AS (
    SELECT device, time, value, n,
           time - lag(time) OVER (PARTITION BY device ORDER BY n)
               > %(hole_us)s::bigint * interval '1 microsecond' AS after_hole,
           time AT TIME ZONE 'Asia/Shanghai' AS local
    FROM arrived
    WHERE value IS NOT NULL AND time >= coalesce(newest, '-infinity')
), clocked AS (
    SELECT *, extract(hour FROM local) * 60 + extract(minute FROM local) AS minute FROM facts
), asked AS (
    SELECT *,
           extract(isodow FROM local)::int = ANY (%(weekdays)s::int[])
           AND extract(month FROM local)::int = ANY (%(months)s::int[])
           AND NOT local::date = ANY (%(excluded)s::date[])
           AND CASE
               WHEN %(begin)s::int IS NULL THEN true
               WHEN %(begin)s::int < %(stop)s::int
                   THEN minute >= %(begin)s::int AND minute < %(stop)s::int
               ELSE minute >= %(begin)s::int OR minute < %(stop)s::int
           END AS awake
    FROM clocked
), marked AS (  -- 1: past the limit; 0: back beyond the clear limit; null: as it was
    SELECT a.device, a.time, a.value, a.n, a.after_hole, s.step,
           CASE
               WHEN NOT awake THEN 0
               WHEN a.value > s.raise OR (a.value = s.raise AND NOT %(strict)s) THEN 1
               WHEN NOT (a.value > s.clear OR (a.value = s.clear AND NOT %(strict)s)) THEN 0
           END AS mark
    FROM asked a
    CROSS JOIN unnest(%(limits)s::float8[], %(clears)s::float8[])
        WITH ORDINALITY AS s (raise, clear, step)
), stretched AS (
    SELECT *, count(mark) OVER (PARTITION BY device, step ORDER BY n) AS stretch FROM marked
), held AS (
    SELECT *, coalesce(first_value(mark) OVER (
        PARTITION BY device, step, stretch ORDER BY n), 0) AS held
    FROM stretched
), begun AS (
    SELECT *, held = 1 AND lag(held, 1, 0) OVER steps = 0 AS begins,
           lead(time) OVER steps AS next_time
    FROM held WINDOW steps AS (PARTITION BY device, step ORDER BY n)
), numbered AS (  -- `began`: since when it is shown to last; a hole shows nothing
    SELECT *, count(*) FILTER (WHERE begins) OVER steps AS run,
           max(time) FILTER (WHERE begins OR after_hole) OVER steps AS began
    FROM begun WINDOW steps AS (PARTITION BY device, step ORDER BY n)
), runs AS (
    SELECT device, step, run, max(n) AS last,
           min(n) FILTER (
               WHERE time - began >= %(duration_us)s::bigint * interval '1 microsecond') AS first
    FROM numbered WHERE held = 1 GROUP BY device, step, run
), episodes AS (  -- the mildest step holds the others
    SELECT e.device, e.first, e.last,
           (SELECT max(graver.step) FROM runs graver
            WHERE graver.device = e.device AND graver.first BETWEEN e.first AND e.last) AS step
    FROM runs e WHERE e.step = 1 AND e.first IS NOT NULL
)
SELECT e.device, min(f.time) AS from_time,
       (array_agg(f.next_time ORDER BY f.n DESC))[1] AS to_time, e.step::int AS step,
       %(sign)s::int * max(f.value) AS peak,
       %(sign)s::int * (array_agg(f.value ORDER BY f.n))[1] AS value
FROM episodes e
JOIN numbered f ON f.device = e.device AND f.step = 1 AND f.n BETWEEN e.first AND e.last
GROUP BY e.device, e.first, e.last, e.step
ORDER BY from_time, e.device
LIMIT %(limit)s
