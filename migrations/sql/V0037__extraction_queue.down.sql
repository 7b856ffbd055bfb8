-- branchline: allow ban-drop-column: what the up added
-- branchline: allow ban-drop-constraint: what the up added
-- branchline: loses extraction_jobs.attempts: the queue goes
-- branchline: loses extraction_jobs.max_attempts: the queue goes
-- branchline: loses extraction_jobs.available_at: the queue goes
-- branchline: loses extraction_jobs.lease_token: the queue goes
-- branchline: loses extraction_jobs.worker: the queue goes
-- branchline: loses extraction_jobs.started_at: the queue goes
-- branchline: loses extraction_jobs.progress: the queue goes
-- branchline: loses extraction_jobs.cost_usd: the queue goes
-- branchline: loses extraction_jobs.updated_at: the queue goes
-- branchline: loses extraction_jobs.idempotency_key: the queue goes

ALTER TABLE extraction_jobs
    DROP CONSTRAINT valid_attempts,
    DROP CONSTRAINT valid_progress,
    DROP CONSTRAINT valid_cost,
    DROP COLUMN attempts,
    DROP COLUMN max_attempts,
    DROP COLUMN available_at,
    DROP COLUMN lease_token,
    DROP COLUMN worker,
    DROP COLUMN started_at,
    DROP COLUMN progress,
    DROP COLUMN cost_usd,
    DROP COLUMN updated_at,
    DROP COLUMN idempotency_key;
