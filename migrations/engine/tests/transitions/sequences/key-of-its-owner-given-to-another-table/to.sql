CREATE TABLE b (id serial CONSTRAINT k PRIMARY KEY);
CREATE TABLE c (n int DEFAULT nextval('b_id_seq'));
