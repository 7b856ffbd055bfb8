CREATE TABLE a (id serial CONSTRAINT k PRIMARY KEY, parent int REFERENCES a);
CREATE TABLE c (n int DEFAULT nextval('a_id_seq'));
