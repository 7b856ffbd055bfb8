-- branchline: no-transaction
--
-- The old store checked nothing, so its rows may break what V0005 asks. Nothing is deleted:
--   * a job of a project that is gone gets that project back, empty, under its old id, as a marked placeholder;
--   * a type or status in other capitals or with spaces around it is written as it should be;
--   * any other type becomes 'all'; any other status becomes 'completed' where the job has ended without an error,
--     else 'failed'. The value that stood there is kept in error_message.
-- Each batch commits by itself, so that no lock is held long; a rerun finds only what is left.

DO $$
DECLARE
    batch CONSTANT integer := 5000;
    low integer := -2147483648;
    high integer;
BEGIN
    LOOP
        SELECT id INTO high FROM extraction_jobs WHERE id >= low ORDER BY id OFFSET batch LIMIT 1;

        INSERT INTO projects (id, name, description)
        SELECT DISTINCT job.project_id,
               format('Project %s (placeholder)', job.project_id),
               format('Placeholder: extraction jobs of project %s were there, the project was not. Made by migration '
                      'V0006 so that the jobs could stay.', job.project_id)
        FROM extraction_jobs AS job
        WHERE job.id BETWEEN low AND coalesce(high, 2147483647)
          AND NOT EXISTS (SELECT FROM projects WHERE projects.id = job.project_id)
        ON CONFLICT (id) DO NOTHING;

        WITH spelled AS (
            SELECT id,
                   lower(btrim(extraction_type)) AS extraction_type,
                   lower(btrim(status)) AS status,
                   lower(btrim(extraction_type)) IN ('color', 'spacing', 'typography', 'all') AS known_type,
                   lower(btrim(status)) IN ('pending', 'processing', 'completed', 'failed') AS known_status
            FROM extraction_jobs
            WHERE id BETWEEN low AND coalesce(high, 2147483647)
              AND (extraction_type NOT IN ('color', 'spacing', 'typography', 'all')
                   OR status NOT IN ('pending', 'processing', 'completed', 'failed'))
        )
        UPDATE extraction_jobs AS job
        SET extraction_type = CASE WHEN known_type THEN spelled.extraction_type ELSE 'all' END,
            status = CASE
                WHEN known_status THEN spelled.status
                WHEN job.completed_at IS NOT NULL AND job.error_message IS NULL THEN 'completed'
                ELSE 'failed'
            END,
            error_message = nullif(concat_ws(E'\n',
                job.error_message,
                CASE WHEN NOT known_type THEN format('(extraction_type was %L)', job.extraction_type) END,
                CASE WHEN NOT known_status THEN format('(status was %L)', job.status) END), '')
        FROM spelled
        WHERE job.id = spelled.id;

        COMMIT;
        EXIT WHEN high IS NULL;
        low := high;
    END LOOP;
END
$$;

-- A placeholder may have an id that the sequence has yet to reach.
SELECT setval('projects_id_seq', max(id))
FROM projects
HAVING max(id) > (SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM projects_id_seq);
