"""Fleets as data: a TOML file each."""
