"""Trying a stream before it is set: a worker opens it once and says what it found."""
