"""What a number in a reading means: key, unit, names, plausible range."""
