-- The books, in one statement and so at one moment.
SELECT c.*, g.*, (SELECT commit_no FROM commit_watermark) AS commit_no, clock_timestamp() AS as_of
FROM (SELECT coalesce(sum(deliveries), 0)::bigint AS deliveries,
             coalesce(sum(stored), 0)::bigint AS stored,
             coalesce(sum(duplicates), 0)::bigint AS duplicates,
             coalesce(sum(dead_letters), 0)::bigint AS dead_letters,
             coalesce(sum(replayed), 0)::bigint AS replayed
      FROM counters) AS c,
     (SELECT coalesce(max(count) FILTER (WHERE state = 'open'), 0) AS open,
             coalesce(max(count) FILTER (WHERE state = 'healed'), 0) AS healed,
             coalesce(max(count) FILTER (WHERE state = 'lost'), 0) AS lost
      FROM gap_counts) AS g
