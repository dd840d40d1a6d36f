"""Violation codes (违法代码): the national list, as data."""
