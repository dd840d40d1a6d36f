-- Each distinct name once. Its pinyin is given by its table, or was computed by phrases, or (for
-- devices, as their trigger does) by characters.
INSERT INTO search_names (kind, name_zh, name_en, initials, pinyin, weight, words)
SELECT n.kind, n.name_zh, n.name_en, n.initials, n.pinyin, n.weight,
       search_words(n.name_zh, n.name_en, n.initials, n.pinyin)
FROM (
    SELECT g.kind, g.name_zh, g.name_en, max(g.weight) AS weight,
           coalesce(min(g.pinyin), min(r.pinyin), hanzi_pinyin(g.name_zh, false)) AS pinyin,
           coalesce(min(g.initials), min(r.initials), hanzi_pinyin(g.name_zh, true)) AS initials
    FROM gathered g
    LEFT JOIN unnest(%(names)s::text[], %(pinyins)s::text[], %(initials)s::text[])
              AS r (name_zh, pinyin, initials) ON r.name_zh = g.name_zh AND g.kind <> 'device'
    GROUP BY g.kind, g.name_zh, g.name_en
) AS n
