"""Roads and waters of the base map."""
