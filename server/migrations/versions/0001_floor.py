"""The floor: group roles, identity, sessions, audit, idempotency keys, processes."""

from alembic import op

revision = "0001_floor"
down_revision = None

GROUPS = ("hengyang_app", "hengyang_ingest")


def upgrade() -> None:
    _groups()
    _roles()
    _users()
    _sessions()
    _policy()
    _audit()
    _floor()
    _grants()


def _groups() -> None:
    """The local stack makes the groups before us; on the city's own server we make them."""
    for group in GROUPS:
        op.execute(f"""
            DO $$ BEGIN
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{group}') THEN
                    CREATE ROLE {group} NOLOGIN;
                END IF;
            END $$""")
        op.execute(f"GRANT USAGE ON SCHEMA public TO {group}")


def _roles() -> None:
    # `duty` is the part of the three-way split (三员分立) that a role or a permission belongs to.
    op.execute("""
        CREATE TABLE permissions (
            key text PRIMARY KEY CHECK (key ~ '^[a-z_]+:[a-z_]+$'),
            name_zh text NOT NULL, name_en text NOT NULL,
            duty text NOT NULL DEFAULT 'none'
                CHECK (duty IN ('none', 'system', 'security', 'audit')))""")
    op.execute("""
        CREATE TABLE roles (
            key text PRIMARY KEY CHECK (key ~ '^[a-z][a-z0-9_]{0,39}$'),
            name_zh text NOT NULL, name_en text NOT NULL,
            duty text NOT NULL DEFAULT 'none'
                CHECK (duty IN ('none', 'system', 'security', 'audit')),
            UNIQUE (key, duty))""")
    op.execute("""
        CREATE TABLE role_permissions (
            role text NOT NULL REFERENCES roles ON DELETE CASCADE,
            permission text NOT NULL REFERENCES permissions ON DELETE CASCADE,
            PRIMARY KEY (role, permission))""")


def _users() -> None:
    op.execute("""
        CREATE TABLE users (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            username text NOT NULL UNIQUE CHECK (username ~ '^[a-z][a-z0-9_.-]{1,39}$'),
            display_name text NOT NULL CHECK (length(display_name) BETWEEN 1 AND 80),
            password_hash text NOT NULL,
            password_changed_at timestamptz NOT NULL,
            must_change_password boolean NOT NULL DEFAULT true,
            disabled boolean NOT NULL DEFAULT false,
            divisions text[] NOT NULL DEFAULT '{}',
            totp_secret bytea, totp_confirmed boolean NOT NULL DEFAULT false,
            totp_last_step bigint NOT NULL DEFAULT 0,
            created_at timestamptz NOT NULL DEFAULT now(),
            version integer NOT NULL DEFAULT 1)""")
    # The duty travels with the role by the foreign key; the partial index then lets one user
    # hold one of the three administrators' duties at most, whoever writes the row.
    op.execute("""
        CREATE TABLE user_roles (
            user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
            role text NOT NULL, duty text NOT NULL,
            PRIMARY KEY (user_id, role),
            FOREIGN KEY (role, duty) REFERENCES roles (key, duty) ON UPDATE CASCADE)""")
    op.execute("CREATE UNIQUE INDEX uq_one_duty ON user_roles (user_id) WHERE duty <> 'none'")
    op.execute("CREATE INDEX ix_user_roles_role ON user_roles (role)")
    op.execute("""
        CREATE TABLE password_history (
            user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
            set_at timestamptz NOT NULL, password_hash text NOT NULL,
            PRIMARY KEY (user_id, set_at))""")


def _sessions() -> None:
    op.execute("""
        CREATE TABLE sessions (
            id uuid PRIMARY KEY,
            user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
            created_at timestamptz NOT NULL, last_used_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            address text NOT NULL, user_agent text NOT NULL,
            revoked_at timestamptz, revoke_reason text)""")
    op.execute("CREATE INDEX ix_sessions_user_id ON sessions (user_id, created_at DESC)")
    # Every refresh token ever given in a session stays known by its hash, so that the second
    # use of one is seen for what it is.
    op.execute("""
        CREATE TABLE refresh_tokens (
            hash bytea PRIMARY KEY CHECK (length(hash) = 32),
            session_id uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
            issued_at timestamptz NOT NULL, used_at timestamptz)""")
    op.execute("CREATE INDEX ix_refresh_tokens_session_id ON refresh_tokens (session_id)")
    # By user name and by address; both hashed, since people type passwords into the wrong field.
    op.execute("""
        CREATE TABLE login_attempts (
            key bytea PRIMARY KEY CHECK (length(key) = 32),
            failures integer NOT NULL, lockouts integer NOT NULL,
            until timestamptz NOT NULL)""")


def _policy() -> None:
    """Rules that the security administrator sets; one row."""
    op.execute("""
        CREATE TABLE security_policy (
            only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
            password_min_length integer NOT NULL DEFAULT 12
                CHECK (password_min_length BETWEEN 8 AND 64),
            password_history integer NOT NULL DEFAULT 5 CHECK (password_history BETWEEN 0 AND 24),
            password_max_age_days integer NOT NULL DEFAULT 90
                CHECK (password_max_age_days BETWEEN 1 AND 3650),
            lockout_failures integer NOT NULL DEFAULT 5 CHECK (lockout_failures BETWEEN 3 AND 100),
            lockout_seconds integer NOT NULL DEFAULT 300
                CHECK (lockout_seconds BETWEEN 10 AND 86400),
            address_failures integer NOT NULL DEFAULT 60
                CHECK (address_failures BETWEEN 10 AND 100000),
            idle_logout_seconds integer CHECK (idle_logout_seconds BETWEEN 60 AND 86400),
            version integer NOT NULL DEFAULT 1)""")
    op.execute("INSERT INTO security_policy DEFAULT VALUES")


def _audit() -> None:
    op.execute("""
        CREATE TABLE audit_log (
            seq bigint PRIMARY KEY, time timestamptz NOT NULL,
            actor_id bigint, actor text NOT NULL, roles text[] NOT NULL,
            action text NOT NULL, object_type text NOT NULL, object_id text NOT NULL,
            result text NOT NULL CHECK (result IN ('ok', 'refused', 'failed')),
            address text NOT NULL, request_id text NOT NULL, detail jsonb NOT NULL,
            hash bytea NOT NULL CHECK (length(hash) = 32))""")
    op.execute("CREATE INDEX ix_audit_log_time ON audit_log USING brin (time)")
    op.execute("CREATE INDEX ix_audit_log_actor_id ON audit_log (actor_id, seq DESC)")
    op.execute("CREATE INDEX ix_audit_log_object ON audit_log (object_type, object_id, seq DESC)")
    op.execute("""
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME
                USING ERRCODE = 'insufficient_privilege';
        END $$""")
    op.execute("""
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""")


def _floor() -> None:
    op.execute("""
        CREATE TABLE idempotency_keys (
            user_id bigint NOT NULL, key text NOT NULL,
            target text NOT NULL, request_hash bytea NOT NULL,
            answer text, created_at timestamptz NOT NULL,
            PRIMARY KEY (user_id, key))""")
    op.execute("CREATE INDEX ix_idempotency_keys_created_at ON idempotency_keys (created_at)")
    op.execute("""
        CREATE TABLE processes (
            name text PRIMARY KEY, kind text NOT NULL, pid integer NOT NULL, host text NOT NULL,
            started_at timestamptz NOT NULL, last_beat timestamptz NOT NULL,
            state text NOT NULL, detail jsonb NOT NULL DEFAULT '{}')""")


def _grants() -> None:
    rights = {
        "SELECT, INSERT, UPDATE, DELETE": (
            "roles, permissions, role_permissions, users, user_roles, password_history, sessions,"
            " refresh_tokens, login_attempts, idempotency_keys, processes"
        ),
        "SELECT, UPDATE": "security_policy",
        "SELECT, INSERT": "audit_log",
    }
    for verbs, tables in rights.items():
        op.execute(f"GRANT {verbs} ON {tables} TO hengyang_app")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON processes TO hengyang_ingest")
    op.execute("GRANT SELECT, INSERT ON audit_log TO hengyang_ingest")
    op.execute("GRANT SELECT ON alembic_version TO hengyang_app, hengyang_ingest")
