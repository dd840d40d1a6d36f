"""What the broker said to our words to devices: only success means that it has them."""

from typing import Final, NamedTuple

SUCCESS: Final = 0x00
NOBODY_LISTENS: Final = 0x10

# Reason codes of a PUBACK (MQTT 5, section 3.4.2.1) that have a plain cause.
WORDS: Final = {
    NOBODY_LISTENS: "the device has no connection",
    0x87: "the broker does not let us write to this device",
    0x97: "the broker's quota is used up",
}


class Outcome(NamedTuple):
    """The broker's answer to one command; `command` is the id it went out under."""

    device_id: str
    command: str
    code: int

    @property
    def is_taken(self) -> bool:
        """Whether the broker has it for at least one subscriber."""
        return self.code == SUCCESS

    @property
    def words(self) -> str:
        """Why it has not, for people."""
        return WORDS.get(self.code, f"the broker refused it with code {self.code:#04x}")
