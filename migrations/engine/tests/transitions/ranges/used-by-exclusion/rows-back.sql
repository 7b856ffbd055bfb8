INSERT INTO bookings VALUES (1, '[08:00,09:00)');
