CREATE TABLE t (id int PRIMARY KEY, title text, body text,
  words tsvector GENERATED ALWAYS AS (to_tsvector('simple', coalesce(title, '') || ' ' || coalesce(body, ''))) STORED);
CREATE INDEX t_words ON t USING gin (words);
