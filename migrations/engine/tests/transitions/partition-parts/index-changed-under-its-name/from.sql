CREATE TABLE visits (id int, day date NOT NULL, page text) PARTITION BY RANGE (day);
CREATE TABLE visits_2024 PARTITION OF visits FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE visits_rest PARTITION OF visits DEFAULT;
CREATE INDEX visits_page ON visits (page);
COMMENT ON INDEX visits_page IS 'who reads what';
