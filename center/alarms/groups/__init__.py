"""Groups of alarms: the many of one storm are looked at as one."""
