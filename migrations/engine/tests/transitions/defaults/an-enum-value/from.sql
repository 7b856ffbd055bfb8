CREATE TYPE mood AS ENUM ('sad', 'so so', 'it''s ok');
CREATE TABLE t (id int PRIMARY KEY, m mood);
