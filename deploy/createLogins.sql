-- Run once by the Postgres container, as its superuser, while its volume is empty: the two logins and the database.
-- The passwords are read from the secrets' files, so that no command line and no variable holds them.
\set owner_password `cat /run/secrets/owner_password`
\set service_password `cat /run/secrets/service_password`

-- Owns the tables and makes the roles: used by "keywright migrate" and by nothing else.
CREATE ROLE keywright_owner LOGIN CREATEROLE PASSWORD :'owner_password';
-- What the service logs in as. The migration makes it a member of the roles, and it has no right beside them.
CREATE ROLE keywright_service LOGIN NOINHERIT PASSWORD :'service_password';

-- PostgreSQL's own C.UTF-8 folds and sorts alike on every machine.
CREATE DATABASE keywright OWNER keywright_owner
  TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8';
REVOKE ALL ON DATABASE keywright FROM PUBLIC;
GRANT CONNECT ON DATABASE keywright TO keywright_service;
