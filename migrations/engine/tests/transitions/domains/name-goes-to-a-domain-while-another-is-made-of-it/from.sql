CREATE DOMAIN moment AS timestamptz DEFAULT '2020-01-09';
CREATE TYPE pair AS (a int);
CREATE DOMAIN pairs AS pair[];
CREATE TABLE t (id pairs, at moment);
