"""Silences (静默): for a time no alarm is raised of a device, a division or an area."""
