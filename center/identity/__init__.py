"""Users, roles, sessions: who may do what, and where in the city."""
