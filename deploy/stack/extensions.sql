-- What only a superuser may install; the owner of the database uses it.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS timescaledb;
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS pgrouting;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS tdigest;
GRANT SELECT, INSERT, UPDATE, DELETE ON spatial_ref_sys TO hengyang_owner;
-- Chunks live there, and old ones get an index of their own.
GRANT CREATE ON SCHEMA _timescaledb_internal TO hengyang_owner;
