SELECT id, storm, last_time FROM alarm_groups
WHERE current AND storm = ANY (%(storms)s) ORDER BY storm FOR UPDATE
