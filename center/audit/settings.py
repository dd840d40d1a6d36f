"""Settings of the audit trail."""

from pathlib import Path

from pydantic import Field

from center.settings import Settings, var_dir


class AuditSettings(Settings):
    """Where the head of the chain is anchored, and what is one entry."""

    audit_anchor_file: Path | None = Field(
        None,
        description="Anchors of the audit trail; default var/audit/anchors.jsonl. Copy it away from"
        " this machine: who can write both it and the database can cut the tail unseen.",
    )

    audit_fold_seconds: float = Field(
        60,
        ge=0,
        le=3600,
        description="Equal refusals (same caller, same route) and equal looks at plates within this"
        " time are one entry of a process; the next tells how many there were.",
    )

    @property
    def anchors(self) -> Path:
        """The file itself."""
        return self.audit_anchor_file or var_dir() / "audit" / "anchors.jsonl"
