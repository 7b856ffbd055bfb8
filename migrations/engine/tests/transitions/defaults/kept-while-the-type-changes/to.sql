CREATE TABLE t (id int PRIMARY KEY, n bigint DEFAULT 7, s text DEFAULT 'ab');
