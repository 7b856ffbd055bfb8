-- branchline: allow prefer-bigint-over-smallint: attempts end at a few, percents at 100
--
-- extraction_jobs becomes a queue. A worker claims a job for some time: that is its lease. While a job is
-- leased, available_at is when the lease ends, so a job whose worker is gone is due again by itself, and
-- neither a sweeper nor polling is needed. lease_token tells the leases of a job apart: who lost one cannot
-- finish the job. docs/jobs.md has the states.
--
-- Each column is nullable or has a default that is evaluated once, now() too, so that no row is written. A
-- job that the old store left as processing has no lease, and is due.

ALTER TABLE extraction_jobs
    ADD COLUMN attempts smallint NOT NULL DEFAULT 0,
    ADD COLUMN max_attempts smallint NOT NULL DEFAULT 3,
    ADD COLUMN available_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN lease_token uuid,
    ADD COLUMN worker text,
    ADD COLUMN started_at timestamptz,
    ADD COLUMN progress smallint NOT NULL DEFAULT 0,
    ADD COLUMN cost_usd numeric(12, 6),
    ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN idempotency_key text,
    ADD CONSTRAINT valid_attempts CHECK (attempts BETWEEN 0 AND max_attempts) NOT VALID,
    ADD CONSTRAINT valid_progress CHECK (progress BETWEEN 0 AND 100) NOT VALID,
    ADD CONSTRAINT valid_cost CHECK (cost_usd >= 0) NOT VALID;

COMMENT ON COLUMN extraction_jobs.attempts IS
    'How often the job was claimed since it was submitted or retried.';
COMMENT ON COLUMN extraction_jobs.available_at IS
    'When a job that is pending or processing may be claimed; while it is leased, when the lease ends.';
COMMENT ON COLUMN extraction_jobs.lease_token IS
    'The last lease; kept when it has ended, so that a report whose answer was lost can be repeated.';
COMMENT ON COLUMN extraction_jobs.worker IS 'What the worker of the last lease calls itself.';
COMMENT ON COLUMN extraction_jobs.started_at IS 'When the last lease began.';
COMMENT ON COLUMN extraction_jobs.progress IS 'In percent.';
COMMENT ON COLUMN extraction_jobs.idempotency_key IS
    'What the sender calls the request that made the job; a repeated request finds the job by it.';
