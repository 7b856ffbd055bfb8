CREATE DOMAIN short AS text DEFAULT 'a' NOT NULL CONSTRAINT short_check CHECK (length(value) < 20) CONSTRAINT other CHECK (value <> '');
CREATE TABLE t (s short);
