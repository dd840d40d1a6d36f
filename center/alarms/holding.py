"""Evidence that an alarm names is kept as long as the alarm is."""

from center.evidence.retention import HOLDERS

NAMED_BY_ALARM = (
    "EXISTS (SELECT FROM alarms a WHERE a.evidence @> ARRAY[evidence.sha256]"
    " AND a.evidence <> '{}')"
)


def hold_evidence() -> None:
    """Adds the condition, once."""
    if NAMED_BY_ALARM not in HOLDERS:
        HOLDERS.append(NAMED_BY_ALARM)
