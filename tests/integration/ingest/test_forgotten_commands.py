"""Closed commands are kept for half a year."""

import psycopg

from ingest.commands.tasks import forget_closed
from tests.integration.databases import Database


def test_the_worker_deletes_only_commands_that_were_closed_long_ago(
    database: Database, owner: psycopg.Connection
) -> None:
    owner.execute(
        """INSERT INTO devices (device_id, kind, model, name, division_code)
           SELECT 'd1', 'sensor', id, 'd1', '430405' FROM device_models
           WHERE name = 'generic-lamp'"""
    )
    owner.execute(
        """INSERT INTO commands (id, device, name, args, state, requested_by, requested_at,
                                 deadline, answered_at, attempts)
           SELECT gen_random_uuid(), d.id, 'reboot', '{}', 'answered', 'operator', age,
                  age + interval '1 minute', age, 1
           FROM devices d, (VALUES (now()), (now() - interval '181 days')) AS t(age)"""
    )
    forget_closed()
    left = owner.execute("SELECT count(*) FROM commands").fetchone()
    assert left == (1,)
