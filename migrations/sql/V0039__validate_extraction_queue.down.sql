-- branchline: allow ban-drop-constraint: what the up validated
--
-- A constraint cannot be marked as not validated again: it is dropped and added.

ALTER TABLE extraction_jobs
    DROP CONSTRAINT valid_attempts,
    DROP CONSTRAINT valid_progress,
    DROP CONSTRAINT valid_cost,
    ADD CONSTRAINT valid_attempts CHECK (attempts BETWEEN 0 AND max_attempts) NOT VALID,
    ADD CONSTRAINT valid_progress CHECK (progress BETWEEN 0 AND 100) NOT VALID,
    ADD CONSTRAINT valid_cost CHECK (cost_usd >= 0) NOT VALID;
