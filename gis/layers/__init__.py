"""Layers (图层): what the map can show, as rows, and when each has last changed."""
