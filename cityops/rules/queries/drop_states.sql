DELETE FROM rule_states s
USING unnest(%(rules)s::int[], %(devices)s::int[]) AS gone (rule, device)
WHERE s.rule = gone.rule AND s.device = gone.device
