"""Video (视频): cameras, their streams watched and shown, and pictures kept as evidence."""
