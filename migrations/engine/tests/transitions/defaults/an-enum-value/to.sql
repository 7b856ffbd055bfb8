CREATE TYPE mood AS ENUM ('sad', 'so so', 'it''s ok');
CREATE TABLE t (id int PRIMARY KEY, m mood NOT NULL DEFAULT 'it''s ok');
