CREATE TABLE nodes (id int, parent int);
