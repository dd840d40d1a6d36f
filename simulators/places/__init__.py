"""Where things stand and drive: hand-drawn streets of urban Hengyang."""
