"""What every storey of tests shares."""

import os

import structlog
from hypothesis import HealthCheck, settings

# Verdicts never hang on the clock: the two cores of the test machine are shared.
settings.register_profile(
    "hengyang", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile("hengyang")

# A test that forgets to name its servers must not find the ones this checkout runs.
os.environ["HENGYANG_VAR_DIR"] = "/nonexistent/hengyang-tests"

# Outlines alone: who tests the map asks for more.
os.environ["HENGYANG_CITY"] = "none"

# Plain lines: the default renderer draws every local variable of a traceback, for minutes.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        structlog.processors.KeyValueRenderer(key_order=["event"]),
    ]
)
