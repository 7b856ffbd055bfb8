-- branchline: allow ban-drop-constraint: what the up added or validated
-- branchline: allow ban-drop-not-null: the up set it
--
-- A constraint cannot be marked as not validated again: it is dropped and added.

ALTER TABLE bookmarks
    ALTER COLUMN url_key DROP NOT NULL,
    DROP CONSTRAINT bookmarks_project_id_fkey,
    ADD CONSTRAINT bookmarks_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects (id) NOT VALID,
    ADD CONSTRAINT url_key_not_null CHECK (url_key IS NOT NULL) NOT VALID;
