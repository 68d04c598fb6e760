#!/bin/bash
# Run once, by the PostgreSQL image, on an empty volume: the owner, who migrates, and the application, who may not.
# What the application's role may do in each table is granted at the end of every `manage.py migrate`.
set -euo pipefail

psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set owner_password="$DATABASE_OWNER_PASSWORD" --set app_password="$DATABASE_APP_PASSWORD" <<'SQL'
CREATE ROLE cpl_owner LOGIN NOSUPERUSER NOCREATEROLE PASSWORD :'owner_password';
CREATE ROLE cpl_app LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB PASSWORD :'app_password';
CREATE DATABASE cpl OWNER cpl_owner;
REVOKE ALL ON DATABASE cpl FROM PUBLIC;
GRANT CONNECT ON DATABASE cpl TO cpl_app;
SQL
