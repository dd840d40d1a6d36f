"""The device register: what stands in the street, whose it is, and how it proves itself."""
