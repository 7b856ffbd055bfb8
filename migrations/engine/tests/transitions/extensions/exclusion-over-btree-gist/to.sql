CREATE TABLE bookings (room int, during tstzrange);
CREATE EXTENSION btree_gist;
ALTER TABLE bookings ADD CONSTRAINT apart EXCLUDE USING gist (room WITH =, during WITH &&);
