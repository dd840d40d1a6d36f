"""The one simulated world (SUMO) that all devices and cameras show."""
