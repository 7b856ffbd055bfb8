CREATE TABLE books (id int, title text);
CREATE TABLE shelf (id int, title text);
