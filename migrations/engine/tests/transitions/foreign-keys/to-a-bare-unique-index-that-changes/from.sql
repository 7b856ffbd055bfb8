CREATE TABLE p (id int NOT NULL, no int);
CREATE UNIQUE INDEX p_id ON p (id);
CREATE TABLE t (p_id int CONSTRAINT f REFERENCES p (id));
