"""The worker: holds a share of the cameras and watches their streams."""
