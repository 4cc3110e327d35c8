-- Makes what Docket needs in a PostgreSQL: the database `docket`, its owner, and two users with no
-- more than the rights of the roles docket_app (calls) and docket_worker (indexing).
--
--   PASSWORDS=DIRECTORY psql -X -v ON_ERROR_STOP=1 -f scripts/postgres-users.sql SUPERUSER-URL
--
-- DIRECTORY has a file with the password of each: docket_migrate, docket_api, docket_indexer.
\set migrate_password `cat "$PASSWORDS/docket_migrate"`
\set api_password `cat "$PASSWORDS/docket_api"`
\set indexer_password `cat "$PASSWORDS/docket_indexer"`
CREATE ROLE docket_app NOLOGIN;
CREATE ROLE docket_worker NOLOGIN;
CREATE ROLE docket_migrate LOGIN PASSWORD :'migrate_password';
CREATE ROLE docket_api LOGIN PASSWORD :'api_password' IN ROLE docket_app;
CREATE ROLE docket_indexer LOGIN PASSWORD :'indexer_password' IN ROLE docket_worker;
CREATE DATABASE docket OWNER docket_migrate;
REVOKE ALL ON DATABASE docket FROM PUBLIC;
GRANT CONNECT ON DATABASE docket TO docket_app, docket_worker;
