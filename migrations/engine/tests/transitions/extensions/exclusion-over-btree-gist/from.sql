CREATE TABLE bookings (room int, during tstzrange);
