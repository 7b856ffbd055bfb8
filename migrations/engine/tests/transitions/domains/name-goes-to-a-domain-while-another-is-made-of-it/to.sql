CREATE DOMAIN pair AS timestamptz DEFAULT '2020-01-09';
CREATE TABLE t (at pair);
