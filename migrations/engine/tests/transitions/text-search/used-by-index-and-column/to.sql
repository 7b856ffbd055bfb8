CREATE TABLE goods (id int, name text);
CREATE TEXT SEARCH CONFIGURATION shop (COPY = english);
ALTER TABLE goods ADD words tsvector GENERATED ALWAYS AS (to_tsvector('public.shop', name)) STORED;
CREATE INDEX goods_words ON goods USING gin (words);
CREATE INDEX goods_name ON goods USING gin (to_tsvector('public.shop'::regconfig, name));
