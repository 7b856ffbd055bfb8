CREATE DOMAIN short AS text CHECK (length(value) < 10);
CREATE TABLE t (s short);
