-- branchline: no-transaction
--
-- The old importer lost entries without counting them, so the counts of its completed jobs may not add up. What is
-- missing to the total becomes skipped_count: it was read and not stored. Where the parts are more than the total, the
-- total was wrong and becomes their sum. A count that is null was never set and becomes 0.
--
-- Each batch commits by itself, so that no lock is held long; a rerun finds only what is left.

DO $$
DECLARE
    batch CONSTANT integer := 5000;
    low uuid := '00000000-0000-0000-0000-000000000000';
    high uuid;
BEGIN
    LOOP
        SELECT id INTO high FROM import_jobs WHERE id >= low ORDER BY id OFFSET batch LIMIT 1;

        WITH counted AS (
            SELECT id,
                   coalesce(total_bookmarks, 0) AS total,
                   coalesce(imported_count, 0) AS imported,
                   coalesce(failed_count, 0) AS failed,
                   coalesce(imported_count, 0) + coalesce(failed_count, 0) + merged_count + skipped_count AS parts
            FROM import_jobs
            WHERE id BETWEEN low AND coalesce(high, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
        )
        UPDATE import_jobs AS job
        SET imported_count = counted.imported,
            failed_count = counted.failed,
            total_bookmarks = CASE
                WHEN job.status = 'completed' THEN greatest(counted.total, counted.parts)
                ELSE counted.total
            END,
            skipped_count = CASE
                WHEN job.status = 'completed' THEN job.skipped_count + greatest(counted.total - counted.parts, 0)
                ELSE job.skipped_count
            END
        FROM counted
        WHERE job.id = counted.id
          AND (job.total_bookmarks IS NULL
               OR job.imported_count IS NULL
               OR job.failed_count IS NULL
               OR (job.status = 'completed' AND counted.total <> counted.parts));

        COMMIT;
        EXIT WHEN high IS NULL;
        low := high;
    END LOOP;
END
$$;
