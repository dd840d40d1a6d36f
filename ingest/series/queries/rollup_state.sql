-- What the rollups of a device hold good for in a window: the edge, and what bears a mark.
SELECT rolled_upto AS edge,
       ARRAY(SELECT bucket FROM rollup_dirty
             WHERE device = %(device)s AND bucket >= %(start)s AND bucket < %(end)s) AS marked,
       ARRAY(SELECT day FROM rollup_dirty_day
             WHERE device = %(device)s AND day >= %(start)s AND day < %(end)s) AS unsettled
FROM rollup_progress
