INSERT INTO projects (name) VALUES ('one'), ('two'), ('three');
DELETE FROM projects WHERE id = 3;
INSERT INTO extraction_jobs (project_id, source_url, extraction_type, status, completed_at, error_message) VALUES
    (1, 'u', 'color', 'completed', now(), NULL),
    (2, 'u', 'Spacing ', 'PENDING', NULL, NULL),
    (3, 'u', 'logo', 'done', now(), NULL),
    (99, 'u', 'all', 'boom', NULL, 'old error');

INSERT INTO import_jobs (id, filename, total_bookmarks, status, imported_count, failed_count) VALUES
    ('00000000-0000-0000-0000-000000000000', 'lost two', 10, 'completed', 7, 1),
    ('ffffffff-ffff-ffff-ffff-ffffffffffff', 'more than all', 5, 'completed', 7, 1),
    (gen_random_uuid(), 'never counted', NULL, 'completed', NULL, NULL),
    (gen_random_uuid(), 'still running', 100, 'processing', 3, NULL),
    (gen_random_uuid(), 'right', 3, 'completed', 3, 0);

INSERT INTO bookmarks (id, url, title, original_folder, created_at, add_date, import_job_id) VALUES
    ('00000000-0000-0000-0000-000000000000', 'HTTP://Example.COM', '2020, in capitals', 'A/B C', '2020-01-01', NULL, NULL),
    ('ffffffff-ffff-ffff-ffff-ffffffffffff', 'http://example.com:80/', '2019, with port', '', '2019-01-01',
     '2001-02-03 04:05:06', 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
    (gen_random_uuid(), 'http://example.com/', 'no date', NULL, NULL, NULL, NULL),
    (gen_random_uuid(), 'https://example.com?q=1', 'query', '', now(), NULL, NULL),
    (gen_random_uuid(), ' https://EXAMPLE.com:443/Path#Frag ', 'spaces around', '/x', now(), NULL, NULL),
    (gen_random_uuid(), 'javascript:alert(1)', 'script', NULL, now(), NULL, NULL),
    (gen_random_uuid(), 'https://u:P@Example.com/', 'not plain', 'x//y', now(), NULL, NULL),
    (gen_random_uuid(), 'https://example.com/' || repeat('x', 3000), 'long', NULL, now(), NULL, NULL);

-- More than a batch, so that keys are filled over a batch's edge.
INSERT INTO bookmarks (id, url, title)
SELECT gen_random_uuid(), 'https://example.org/' || n, 'many' FROM generate_series(1, 6000) AS n;
