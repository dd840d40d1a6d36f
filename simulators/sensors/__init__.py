"""What sensors in the street measure: pure functions (state, moment) -> (state, readings)."""
