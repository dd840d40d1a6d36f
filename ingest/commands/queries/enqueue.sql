-- Commands of programs: the API's own go through `ingest.commands.service`.
INSERT INTO commands (device, name, args, requested_by, deadline)
SELECT device, %(name)s, args::jsonb, %(requested_by)s, now() + %(deadline)s
FROM unnest(%(device)s::int[], %(args)s::text[]) AS t (device, args)
RETURNING id
