"""Models of devices (型号): what each measures, in which order its values are stored."""
