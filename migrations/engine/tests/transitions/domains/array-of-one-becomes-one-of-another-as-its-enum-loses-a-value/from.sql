CREATE TYPE e AS ENUM ('new 336', 'it''s', 'Happy day');
CREATE DOMAIN d AS e CONSTRAINT d_check CHECK (length(value::text) < 106);
CREATE DOMAIN many AS e[];
CREATE TABLE t (c d[], m many, plain e, list e[], inner_one d);
