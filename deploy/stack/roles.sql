-- Roles of the one database: an owner for migrations, groups that carry rights, logins in them.
DO $$
DECLARE
    role text;
BEGIN
    FOREACH role IN ARRAY ARRAY[
        'hengyang_owner', 'hengyang_app', 'hengyang_ingest', 'hengyang_api', 'hengyang_gateway'
    ] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
            EXECUTE format('CREATE ROLE %I NOSUPERUSER NOCREATEDB', role);
        END IF;
    END LOOP;
END
$$;
ALTER ROLE hengyang_owner CREATEROLE;
-- Since PostgreSQL 16 a role must be given the groups it shall hand out.
GRANT hengyang_app, hengyang_ingest TO hengyang_owner WITH ADMIN TRUE, INHERIT FALSE;
GRANT hengyang_app TO hengyang_api;
GRANT hengyang_ingest TO hengyang_gateway;
