"""A device at a concentrator: looks like a connection of its own, shares one with others."""

from simulators.device import Sending
from simulators.links.link import Listener
from simulators.links.shared import SharedLink


class SharedPort:
    """One device's share of a `SharedLink`. No last will: the broker knows only the one client."""

    def __init__(self, link: SharedLink, listener: Listener, content_type: str) -> None:
        self.up = False
        self._link = link
        self._listener = listener
        self._content_type = content_type
        self._wanted = False
        link.ports.append(self)

    def want(self, wanted: bool) -> None:
        self._wanted = wanted
        self.link_changed()

    def room(self) -> bool:
        return self.up and self._link.room(self)

    def publish(self, sending: Sending) -> None:
        self._link.publish(self, sending, self._content_type)

    def close(self, last_word: Sending) -> None:
        if self.up:
            self.publish(last_word)
        self._wanted = self.up = False

    def answered(self, sending: Sending, code: int) -> None:
        if self.up:
            self._listener.answered(sending, code)

    def room_again(self) -> None:
        self._listener.room_again()

    def link_changed(self) -> None:
        """The connection came or went, or the device's wish changed."""
        up = self._wanted and self._link.up
        if up == self.up:
            return
        self.up = up
        if up:
            self._listener.link_up()
        else:
            self._listener.link_down()
