CREATE TABLE t (id int PRIMARY KEY, a int DEFAULT -1, b text DEFAULT 'it''s new', c timestamptz);
