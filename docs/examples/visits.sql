-- The rows of production after V1: a million visits.
INSERT INTO visits (page, seconds)
SELECT 'https://example.com/' || n % 1000, n % 600 FROM generate_series(1, 1000000) AS n;
