"""Sub-commands of `hengyang`, one module each with `register(app)`."""
