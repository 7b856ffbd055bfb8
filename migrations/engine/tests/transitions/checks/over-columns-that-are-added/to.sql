CREATE TABLE t (a int, b int, c int DEFAULT 3, CONSTRAINT order_of CHECK (b < c), CHECK (c > 0));
