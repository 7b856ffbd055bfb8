INSERT INTO people VALUES ('ida@example.org'), (NULL);
