INSERT INTO rule_states AS s (rule, device, since, raised, seen, told)
SELECT rule, device, since::bigint[], raised, seen, told
FROM unnest(%(rules)s::int[], %(devices)s::int[], %(since)s::text[], %(raised)s::smallint[],
            %(seen)s::bigint[], %(told)s::bigint[]) AS t (rule, device, since, raised, seen, told)
ORDER BY rule, device
ON CONFLICT (rule, device) DO UPDATE SET
    since = excluded.since, raised = excluded.raised, seen = excluded.seen, told = excluded.told
