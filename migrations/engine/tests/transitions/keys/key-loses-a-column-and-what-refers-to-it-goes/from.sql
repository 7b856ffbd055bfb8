CREATE TABLE nodes (id int, place int, parent int, PRIMARY KEY (id, place), FOREIGN KEY (parent, place) REFERENCES nodes (id, place));
