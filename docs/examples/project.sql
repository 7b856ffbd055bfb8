-- The rows of a database of the old stacks after V0002: a job with 50,000 bookmarks, a tenth of them
-- duplicates.
INSERT INTO projects (name) SELECT 'project ' || n FROM generate_series(1, 20) AS n;
INSERT INTO extraction_jobs (project_id, source_url, extraction_type, status)
SELECT 1 + n % 20, 'https://example.com/' || n, 'color', 'pending' FROM generate_series(1, 1000) AS n;
INSERT INTO import_jobs (id, filename, total_bookmarks, status, imported_count)
VALUES ('00000000-0000-0000-0000-000000000001', 'bookmarks.html', 50000, 'completed', 50000);
INSERT INTO bookmarks (id, url, title, original_folder, import_job_id)
SELECT gen_random_uuid(), 'https://example.com/' || n % 45000, 'Bookmark ' || n, 'Folder ' || n % 50,
       '00000000-0000-0000-0000-000000000001'
FROM generate_series(1, 50000) AS n;
