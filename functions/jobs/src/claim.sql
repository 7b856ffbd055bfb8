-- Leases jobs to a worker; they are `claimed`, numbered in the order in which they were due. $1 types, $2 the
-- most jobs, $3 seconds, $4 the worker, $5 a token for each job. claim.rs fills in what is in braces.
--
-- SKIP LOCKED passes over what another claim is taking now, so that claims never wait for each other. Jobs
-- whose attempts are spent end first: their last worker let its lease end. They have an index of their own,
-- so that neither they nor finished jobs are in the way of those that are due.
WITH spent AS MATERIALIZED (
    SELECT id FROM extraction_jobs
    WHERE organization_id = current_organization() AND {spent}
    ORDER BY available_at, id
    LIMIT 100
    FOR UPDATE SKIP LOCKED
), ended AS (
    UPDATE extraction_jobs AS j
    SET status = 'failed', lease_token = NULL, completed_at = available_at, updated_at = now(),
        error_message = {spent_error}
    FROM spent
    WHERE j.organization_id = current_organization() AND j.id = spent.id
), due AS MATERIALIZED (
    SELECT id, available_at FROM extraction_jobs
    WHERE organization_id = current_organization() AND status IN ('pending', 'processing')
      AND attempts < max_attempts AND available_at <= now() AND extraction_type = ANY ($1)
    ORDER BY available_at, id
    LIMIT $2
    FOR UPDATE SKIP LOCKED
), numbered AS (
    SELECT id, row_number() OVER (ORDER BY available_at, id) AS number FROM due
), claimed AS (
    UPDATE extraction_jobs AS j
    SET status = 'processing', attempts = j.attempts + 1, lease_token = ($5)[number], worker = $4,
        available_at = now() + make_interval(secs => $3), started_at = now(), progress = 0, updated_at = now(),
        completed_at = NULL
    FROM numbered
    WHERE j.organization_id = current_organization() AND j.id = numbered.id
    RETURNING j.*, number
)
