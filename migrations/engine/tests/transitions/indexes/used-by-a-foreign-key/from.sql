CREATE TABLE p (id int, no int);
CREATE UNIQUE INDEX i ON p (id);
CREATE TABLE t (p_id int CONSTRAINT f REFERENCES p (id));
