-- Names that hold the text, the best first, then of each the first entries the caller may see; and
-- entries whose code begins with it. Rank: 0 the whole, 1 the beginning, 2 somewhere within.
-- Of a word that thousands of names hold, the first thousand are weighed (the heavy ones lie first),
-- and those that are the whole word.
WITH held AS MATERIALIZED (
    (SELECT n.id, n.weight, n.name_zh, n.words FROM search_names n
     WHERE n.grams @> %(grams)s::text[]
       AND n.kind = ANY (%(kinds)s::text[])
       AND position(%(text)s::text IN n.words) > 0
       AND (n.kind <> ALL (%(scoped)s::text[]) OR EXISTS (
           SELECT FROM search_entries e
           WHERE e.name = n.id AND e.division_code LIKE ANY (%(patterns)s::text[])))
     LIMIT 1000)
    UNION
    SELECT n.id, n.weight, n.name_zh, n.words FROM search_names n
    WHERE split_part(n.words, E'\n', 1) = %(text)s::text AND n.kind = ANY (%(kinds)s::text[])
      AND (n.kind <> ALL (%(scoped)s::text[]) OR EXISTS (
          SELECT FROM search_entries e
          WHERE e.name = n.id AND e.division_code LIKE ANY (%(patterns)s::text[])))
), named AS (
    SELECT n.id, r.rank, n.weight, n.name_zh
    FROM held n
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN position(E'\n' || %(text)s::text || E'\n' IN E'\n' || n.words || E'\n') > 0 THEN 0
            WHEN position(E'\n' || %(text)s::text IN E'\n' || n.words) > 0 THEN 1
            ELSE 2
        END AS rank
    ) AS r
    ORDER BY r.rank, n.weight DESC, n.name_zh COLLATE "zh-x-icu", n.id
    LIMIT %(limit)s
), found AS (
    SELECT n.rank, e.*
    FROM named n
    CROSS JOIN LATERAL (
        SELECT e.kind, e.ref
        FROM search_entries e
        WHERE e.name = n.id
          AND (e.kind <> ALL (%(scoped)s::text[])
               OR e.division_code LIKE ANY (%(patterns)s::text[]))
        ORDER BY e.division_code, e.ref
        LIMIT %(limit)s
    ) AS e
    UNION ALL
    (SELECT CASE WHEN lower(e.ref) = %(text)s::text THEN 0 ELSE 1 END, e.kind, e.ref
     FROM search_entries e
     WHERE lower(e.ref) ~>=~ %(text)s::text AND lower(e.ref) ~<~ %(after)s::text
       AND e.kind = ANY (%(kinds)s::text[])
       AND e.kind <> ALL (%(nameless)s::text[])
       AND (e.kind <> ALL (%(scoped)s::text[])
            OR e.division_code LIKE ANY (%(patterns)s::text[]))
     ORDER BY lower(e.ref) USING ~<~
     LIMIT %(limit)s)
), best AS (
    SELECT kind, ref, min(rank) AS rank FROM found GROUP BY kind, ref
)
SELECT b.kind, b.ref,
       CASE WHEN b.kind = 'grid' THEN n.name_zh || b.ref ELSE n.name_zh END AS name_zh,
       CASE WHEN b.kind = 'grid' THEN n.name_en || ' ' || b.ref ELSE n.name_en END AS name_en,
       e.division_code, ST_X(e.place) AS lon, ST_Y(e.place) AS lat, e.bbox
FROM best b
JOIN search_entries e ON e.kind = b.kind AND e.ref = b.ref
JOIN search_names n ON n.id = e.name
ORDER BY b.rank, n.weight DESC, n.name_zh COLLATE "zh-x-icu", e.division_code, b.ref
LIMIT %(limit)s
