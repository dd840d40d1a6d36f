"""Sites (点位): which e-police device watches which crossing, direction and lanes."""
