"""Settings of the audit trail."""

from pathlib import Path

from pydantic import Field

from center.settings import Settings, var_dir


class AuditSettings(Settings):
    """Where the head of the chain is anchored, outside of the database."""

    audit_anchor_file: Path | None = Field(
        None,
        description="Anchors of the audit trail; default var/audit/anchors.jsonl. Copy it away from"
        " this machine: who can write both it and the database can cut the tail unseen.",
    )

    @property
    def anchors(self) -> Path:
        """The file itself."""
        return self.audit_anchor_file or var_dir() / "audit" / "anchors.jsonl"
