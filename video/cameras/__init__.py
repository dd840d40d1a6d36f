"""Cameras (摄像机): where their streams are, and where they look."""
