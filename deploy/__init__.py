"""How Digital Hengyang is run: the local stack, the supervisor, the checks of a machine."""
