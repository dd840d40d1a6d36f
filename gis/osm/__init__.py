"""A real OpenStreetMap extract in place of the generated roads."""
