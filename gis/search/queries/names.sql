-- Each distinct name once, the heavy ones first (`find.sql`). Its pinyin is given by its table, or was computed by phrases, or (for
-- devices, as their trigger does) comes by characters.
INSERT INTO search_names (kind, name_zh, name_en, initials, pinyin, weight, words)
SELECT n.kind, n.name_zh, n.name_en, n.initials, n.pinyin, n.weight,
       search_words(n.name_zh, n.name_en, n.initials, n.pinyin)
FROM (
    SELECT g.kind, g.name_zh, g.name_en, max(g.weight) AS weight,
           coalesce(min(g.pinyin), min(r.pinyin), min(d.pinyin), '') AS pinyin,
           coalesce(min(g.initials), min(r.initials), min(d.initials), '') AS initials
    FROM gathered g
    LEFT JOIN unnest(%(names)s::text[], %(pinyins)s::text[], %(initials)s::text[])
              AS r (name_zh, pinyin, initials) ON r.name_zh = g.name_zh AND g.kind <> 'device'
    LEFT JOIN (
        SELECT o.name_zh,
               string_agg(coalesce(left(h.pinyin, 1), c.ch), '' ORDER BY c.number) AS initials,
               string_agg(coalesce(h.pinyin, c.ch), '' ORDER BY c.number) AS pinyin
        FROM (SELECT DISTINCT name_zh FROM gathered WHERE kind = 'device') AS o
        CROSS JOIN LATERAL regexp_split_to_table(lower(o.name_zh), '')
                   WITH ORDINALITY AS c (ch, number)
        LEFT JOIN hanzi h ON h.ch = c.ch
        GROUP BY o.name_zh
    ) AS d ON d.name_zh = g.name_zh AND g.kind = 'device'
    GROUP BY g.kind, g.name_zh, g.name_en
) AS n
ORDER BY n.weight DESC, n.name_zh
