"""Streams (视频流): opened, read and judged, each in a thread of its own."""
