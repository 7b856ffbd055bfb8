CREATE TABLE t (id int PRIMARY KEY, active text NOT NULL DEFAULT 'yes');
