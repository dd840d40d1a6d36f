"""The national violation codes as a table: `hengyang seed` fills it, a city may change it."""

from alembic import op

revision = "0017_violation_codes"
down_revision = "0016_rules"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE violation_codes (
            code text NOT NULL CHECK (code ~ '^[0-9A-Z]{4,8}$'),
            valid_from date NOT NULL, valid_to date CHECK (valid_to > valid_from),
            name_zh text NOT NULL, name_en text NOT NULL,
            CONSTRAINT pk_violation_codes PRIMARY KEY (code, valid_from))""")
    op.execute("GRANT SELECT, INSERT ON violation_codes TO hengyang_app")


def downgrade() -> None:
    op.execute("DROP TABLE violation_codes")
