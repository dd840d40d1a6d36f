"""The warden: one at a time, it minds status, liveness, gaps, commands and broker accounts."""
