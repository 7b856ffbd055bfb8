CREATE TABLE p (id int NOT NULL, no int NOT NULL, CONSTRAINT p_pkey PRIMARY KEY (no, id), CONSTRAINT p_no UNIQUE (no, id));
CREATE TABLE t (a int);
