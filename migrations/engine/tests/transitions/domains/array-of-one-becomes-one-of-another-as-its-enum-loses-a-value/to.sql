CREATE TYPE e AS ENUM ('it''s', 'Happy day');
CREATE DOMAIN q AS e CONSTRAINT q_check CHECK (length(value::text) < 106);
CREATE DOMAIN lots AS e[];
CREATE TABLE t (c q[], m lots, plain q, list q[], inner_one e);
