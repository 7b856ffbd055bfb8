CREATE TABLE parent (id int);
CREATE TABLE child () INHERITS (parent);
ALTER TABLE parent ADD CONSTRAINT numbered CHECK (id > 0);
