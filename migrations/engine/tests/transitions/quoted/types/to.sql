CREATE TYPE "Mood" AS ENUM ('Sad', 'So, so', 'it''s ok', '"');
CREATE DOMAIN "Short text" AS text DEFAULT 'Aa' CONSTRAINT "Is short" CHECK (length(value) < 9);
CREATE TYPE "Pair of" AS ("Left" int, "Right" "Mood", "In.between" text);
CREATE TABLE t (m "Mood", s "Short text");
