#!/bin/sh
# Makes the roles and the database of DirectApp on a new PostgreSQL, as a superuser of it. The postgres image runs it
# by itself from /docker-entrypoint-initdb.d; elsewhere: run it with PGHOST, PGUSER and the three passwords set.
set -eu
: "${DIRECTAPP_OWNER_PASSWORD:?}" "${DIRECTAPP_APP_PASSWORD:?}" "${DIRECTAPP_BACKUP_PASSWORD:?}"
exec psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-postgres}" --dbname=postgres <<'SQL'
\getenv owner_password DIRECTAPP_OWNER_PASSWORD
\getenv app_password DIRECTAPP_APP_PASSWORD
\getenv backup_password DIRECTAPP_BACKUP_PASSWORD
-- Owns the tables: migrations, policies, partitions. Row-level security is forced on it too.
CREATE ROLE directapp_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'owner_password';
-- What the application works as.
CREATE ROLE directapp_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'app_password';
-- Reads everything for pg_dump and writes nothing. The application never knows its password.
CREATE ROLE directapp_backup LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE BYPASSRLS PASSWORD :'backup_password';
GRANT pg_read_all_data TO directapp_backup;
ALTER ROLE directapp_backup SET default_transaction_read_only = on;
CREATE DATABASE directapp OWNER directapp_owner ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE directapp FROM PUBLIC;
GRANT CONNECT ON DATABASE directapp TO directapp_app, directapp_backup;
SQL
