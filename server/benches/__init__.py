"""Benches: `hengyang bench NAME` measures a bar on the real servers and says what it saw."""
