CREATE TYPE "Mood" AS ENUM ('Sad', 'it''s ok');
CREATE DOMAIN "Short text" AS text CONSTRAINT "Is short" CHECK (length(value) < 10);
CREATE TYPE "Pair of" AS ("Left" int, "Right" "Mood");
CREATE TABLE t (m "Mood", s "Short text", p "Pair of"[]);
