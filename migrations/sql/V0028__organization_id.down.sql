-- branchline: allow ban-drop-column: what the up added
-- branchline: loses projects.organization_id: one organization is left, to which everything belongs
-- branchline: loses extraction_jobs.organization_id: one organization is left, to which everything belongs
-- branchline: loses import_jobs.organization_id: one organization is left, to which everything belongs
-- branchline: loses import_entries.organization_id: one organization is left, to which everything belongs
-- branchline: loses bookmarks.organization_id: one organization is left, to which everything belongs
-- branchline: loses folders.organization_id: one organization is left, to which everything belongs
-- branchline: loses search_documents.organization_id: one organization is left, to which everything belongs
-- branchline: loses search_pending.organization_id: one organization is left, to which everything belongs
-- branchline: loses search_vocabulary.organization_id: one organization is left, to which everything belongs

ALTER TABLE projects DROP COLUMN organization_id;
ALTER TABLE extraction_jobs DROP COLUMN organization_id;
ALTER TABLE import_jobs DROP COLUMN organization_id;
ALTER TABLE import_entries DROP COLUMN organization_id;
ALTER TABLE bookmarks DROP COLUMN organization_id;
ALTER TABLE folders DROP COLUMN organization_id;
ALTER TABLE search_documents DROP COLUMN organization_id;
ALTER TABLE search_pending DROP COLUMN organization_id;
ALTER TABLE search_vocabulary DROP COLUMN organization_id;
