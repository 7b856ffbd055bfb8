CREATE TABLE a (id int NOT NULL, k text NOT NULL, PRIMARY KEY (id, k));
CREATE TABLE b (id int NOT NULL, k text NOT NULL, PRIMARY KEY (id, k));
