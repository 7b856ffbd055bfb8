CREATE TABLE t (id int PRIMARY KEY, title text, body text);
