CREATE TABLE a (id int, note text DEFAULT 'x');
CREATE TABLE b (x int) INHERITS (a);
