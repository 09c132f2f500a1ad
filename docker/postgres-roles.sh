#!/usr/bin/env bash
# Run once by the postgres image, in an empty cluster: the owner who migrates, and the role that the
# services have, which owns nothing and is bound by row-level security.
set -euo pipefail
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set owner_password="$HEADWATER_OWNER_PASSWORD" \
    --set service_password="$HEADWATER_SERVICE_PASSWORD" <<'SQL'
CREATE ROLE headwater LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'owner_password';
CREATE ROLE headwater_service LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'service_password';
CREATE DATABASE headwater OWNER headwater;
SQL
