"""Divisions (区划): city, districts, streets, communities, and the unit grids below them."""
