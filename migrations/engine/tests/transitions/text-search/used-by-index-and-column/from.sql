CREATE TABLE goods (id int, name text);
