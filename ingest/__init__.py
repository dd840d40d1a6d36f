"""From the broker to committed facts, and the reading side of them."""
