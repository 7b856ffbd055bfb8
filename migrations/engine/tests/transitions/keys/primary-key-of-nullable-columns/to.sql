CREATE TABLE t (a int, b int, c text, CONSTRAINT "T key" PRIMARY KEY (b, a));
