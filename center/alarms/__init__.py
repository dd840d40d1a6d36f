"""Alarms (告警): raised by facts, acknowledged, shelved, escalated and closed by people."""
