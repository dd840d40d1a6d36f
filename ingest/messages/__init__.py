"""Messages (报文) of a device as it said them: the facts of all streams and what was refused."""
