"""Logging in: password, second factor, and the brakes on guessing."""
