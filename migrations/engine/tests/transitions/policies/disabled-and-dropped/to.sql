CREATE TABLE notes (id int, owner text);
