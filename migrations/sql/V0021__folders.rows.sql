-- A folder within another, which rows that are made from the catalog do not have.
INSERT INTO projects (id, name) VALUES (901, 'sample');
INSERT INTO import_jobs (id, filename, project_id) VALUES ('00000000-0000-7000-8000-000000000900', 'sample', 901);
INSERT INTO folders (id, project_id, parent_id, name, place, add_date, last_modified, description, attributes,
                     import_job_id) VALUES
    ('00000000-0000-7000-8000-000000000901', 901, NULL, 'outer', '00000000-0000-7000-8000-000000000901', now(), now(),
     'description', '{"a": "b"}', '00000000-0000-7000-8000-000000000900'),
    ('00000000-0000-7000-8000-000000000902', 901, '00000000-0000-7000-8000-000000000901', 'inner',
     '00000000-0000-7000-8000-000000000902', NULL, NULL, NULL, NULL, NULL);
