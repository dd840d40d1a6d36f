UPDATE alarm_keys k SET signal_time = given.signal_time
FROM unnest(%(keys)s::text[], %(times)s::timestamptz[]) AS given (key, signal_time)
WHERE k.key = given.key AND k.signal_time < given.signal_time
