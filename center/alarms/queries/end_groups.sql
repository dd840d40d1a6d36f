UPDATE alarm_groups SET current = false WHERE id = ANY (%(ids)s)
