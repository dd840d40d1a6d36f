"""The floor: settings, database, bus, errors, identity, audit, evidence. Imports none of ours."""
