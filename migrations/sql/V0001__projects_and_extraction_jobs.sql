-- branchline: allow prefer-bigint-over-int: the old project store's schema to the letter
-- branchline: allow prefer-identity: the old project store's schema to the letter; V0004 and V0005 change the keys
-- branchline: allow prefer-text-field: the old project store's schema to the letter
-- branchline: allow prefer-timestamp-tz: the old project store's schema to the letter; V0004 and V0005 add the zone
--
-- The project store as Alembic revision c1a36d61036a made it, so that its databases can be adopted.

CREATE TABLE projects (
    id SERIAL NOT NULL,
    name VARCHAR(255) NOT NULL,
    description TEXT,
    created_at TIMESTAMP WITHOUT TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITHOUT TIME ZONE DEFAULT now() NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE extraction_jobs (
    id SERIAL NOT NULL,
    project_id INTEGER NOT NULL,
    source_url VARCHAR(512) NOT NULL,
    extraction_type VARCHAR(50) NOT NULL,
    status VARCHAR(50) DEFAULT 'pending' NOT NULL,
    result_data TEXT,
    error_message TEXT,
    created_at TIMESTAMP WITHOUT TIME ZONE DEFAULT now() NOT NULL,
    completed_at TIMESTAMP WITHOUT TIME ZONE,
    PRIMARY KEY (id)
);
