CREATE TABLE t (a int, b text, CONSTRAINT "New one" CHECK (b <> 'no'));
