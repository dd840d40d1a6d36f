"""Escalation (升级): what nobody acknowledges in time goes to the next role."""
