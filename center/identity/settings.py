"""Settings of log-in; the rules that the security administrator sets are rows, not settings."""

from pathlib import Path

from pydantic import Field

from center.settings import Settings, var_dir


class PasswordSettings(Settings):
    """How dear a guess at a password is (argon2id, RFC 9106)."""

    password_memory_kib: int = Field(
        65536, ge=8, le=4_194_304, description="Memory of one argon2 hash, KiB."
    )
    password_rounds: int = Field(3, ge=1, le=100, description="Passes over that memory.")
    password_hashes_at_once: int = Field(
        1, ge=1, le=64, description="Log-ins of one process that compute a hash at the same time."
    )
    password_hashes_waiting: int = Field(
        1,
        ge=0,
        le=64,
        description="Log-ins that may wait for their turn; more are sent away. Each holds a thread:"
        " with those at work they must be fewer than `HENGYANG_API_THREADS`.",
    )


class SeedSettings(Settings):
    """What `hengyang seed` leaves behind."""

    credentials_file: Path | None = Field(
        None, description="Generated passwords of the first users; default var/credentials.json."
    )

    @property
    def credentials(self) -> Path:
        """Where the generated passwords are."""
        return self.credentials_file or var_dir() / "credentials.json"
