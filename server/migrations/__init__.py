"""Migrations of the one database; they live here because only the roof sees every table."""
