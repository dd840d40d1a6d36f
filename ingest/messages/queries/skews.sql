SELECT boot, clock_skew FROM ledger
WHERE device = %(device)s AND boot = ANY (%(boots)s::bigint[])
