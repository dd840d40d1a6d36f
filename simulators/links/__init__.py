"""Connections between devices and the broker."""
