-- branchline: allow ban-set-default: the column is added with its constant default in the same file
--
-- Every row belongs to an organization; those that are there, to "default". A constant default is noted in
-- the catalog alone: no row is written, so there is nothing to backfill. What is written from now on belongs
-- to the organization that is claimed, or, for functions of the release before, which claim none, to
-- "default" (V0027).
--
-- Only projects and import jobs refer to organizations: everything else hangs from these, or has the
-- organization that the policies of V0033 check. A reference of each bookmark would cost an import a lookup
-- for each.

ALTER TABLE projects
    ADD COLUMN organization_id uuid NOT NULL DEFAULT '00000000-0000-7000-8000-000000000001';
ALTER TABLE extraction_jobs
    ADD COLUMN organization_id uuid NOT NULL DEFAULT '00000000-0000-7000-8000-000000000001';
ALTER TABLE import_jobs
    ADD COLUMN organization_id uuid NOT NULL DEFAULT '00000000-0000-7000-8000-000000000001';
ALTER TABLE import_entries
    ADD COLUMN organization_id uuid NOT NULL DEFAULT '00000000-0000-7000-8000-000000000001';
ALTER TABLE bookmarks
    ADD COLUMN organization_id uuid NOT NULL DEFAULT '00000000-0000-7000-8000-000000000001';
ALTER TABLE folders
    ADD COLUMN organization_id uuid NOT NULL DEFAULT '00000000-0000-7000-8000-000000000001';
ALTER TABLE search_documents
    ADD COLUMN organization_id uuid NOT NULL DEFAULT '00000000-0000-7000-8000-000000000001';
ALTER TABLE search_pending
    ADD COLUMN organization_id uuid NOT NULL DEFAULT '00000000-0000-7000-8000-000000000001';
ALTER TABLE search_vocabulary
    ADD COLUMN organization_id uuid NOT NULL DEFAULT '00000000-0000-7000-8000-000000000001';

ALTER TABLE projects ALTER COLUMN organization_id SET DEFAULT default_organization();
ALTER TABLE extraction_jobs ALTER COLUMN organization_id SET DEFAULT default_organization();
ALTER TABLE import_jobs ALTER COLUMN organization_id SET DEFAULT default_organization();
ALTER TABLE import_entries ALTER COLUMN organization_id SET DEFAULT default_organization();
ALTER TABLE bookmarks ALTER COLUMN organization_id SET DEFAULT default_organization();
ALTER TABLE folders ALTER COLUMN organization_id SET DEFAULT default_organization();
ALTER TABLE search_documents ALTER COLUMN organization_id SET DEFAULT default_organization();
ALTER TABLE search_pending ALTER COLUMN organization_id SET DEFAULT default_organization();
ALTER TABLE search_vocabulary ALTER COLUMN organization_id SET DEFAULT default_organization();

ALTER TABLE projects
    ADD CONSTRAINT projects_organization_id_fkey
    FOREIGN KEY (organization_id) REFERENCES organizations (id) NOT VALID;
ALTER TABLE import_jobs
    ADD CONSTRAINT import_jobs_organization_id_fkey
    FOREIGN KEY (organization_id) REFERENCES organizations (id) NOT VALID;
