CREATE TABLE t (c text, a int, b int);
