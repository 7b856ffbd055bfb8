INSERT INTO people (moods) VALUES ('{ok}');
