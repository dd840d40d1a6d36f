"""Places people name: stations, sights, offices, schools."""
