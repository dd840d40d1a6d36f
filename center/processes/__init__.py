"""Processes of the running system: each says every few seconds that it lives and how it fares."""
