CREATE TABLE visits (id int, day date NOT NULL) PARTITION BY RANGE (day);
CREATE TABLE visits_2024 PARTITION OF visits FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE INDEX visits_2024_by_id ON visits_2024 (id);
CREATE INDEX visits_by_id ON visits (id);
