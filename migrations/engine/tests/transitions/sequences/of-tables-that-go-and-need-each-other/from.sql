CREATE TABLE b (id int PRIMARY KEY);
CREATE TABLE a (id serial PRIMARY KEY, b_id int REFERENCES b);
ALTER TABLE b ALTER id SET DEFAULT nextval('a_id_seq');
CREATE TABLE kept (id int);
