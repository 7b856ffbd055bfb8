CREATE TYPE hours AS RANGE (SUBTYPE = time);
CREATE TABLE bookings (id int, at hours, EXCLUDE USING gist (at WITH &&));
CREATE VIEW merged AS SELECT range_agg(at) AS at FROM bookings;
