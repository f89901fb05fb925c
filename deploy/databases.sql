-- Runs once, when the server is new: the role that Jinxi works as, and its two databases. It owns
-- the tables in them and nothing more: no role, no database, no file, no program of the server.
\set password `cat /run/secrets/database_role_password`
CREATE ROLE jinxi LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
    PASSWORD :'password';
CREATE DATABASE jinxi TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';
CREATE DATABASE jinxi_keys TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';
REVOKE CONNECT, TEMPORARY ON DATABASE jinxi, jinxi_keys, postgres, template1 FROM PUBLIC;
GRANT CONNECT ON DATABASE jinxi, jinxi_keys TO jinxi;
\connect jinxi
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO jinxi;
\connect jinxi_keys
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO jinxi;
