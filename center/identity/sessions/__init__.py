"""Log-ins that last: access and refresh tokens, idle log-out, revocation."""
