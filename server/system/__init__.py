"""How the system runs: one page for people, figures for Prometheus."""
