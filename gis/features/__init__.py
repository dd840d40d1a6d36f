"""OGC API - Features: the public layers for other programs, e.g. a desktop GIS."""
