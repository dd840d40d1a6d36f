"""Stand-ins for the field hardware. They speak only the wire."""
