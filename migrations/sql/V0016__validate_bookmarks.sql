-- branchline: allow ban-drop-constraint: the CHECK has done its work: the column is NOT NULL
--
-- Looks at the old rows, which V0014 has filled. VALIDATE reads the table while others write to it; SET NOT NULL then
-- finds its proof in the validated CHECK, which has done its work.

ALTER TABLE bookmarks VALIDATE CONSTRAINT bookmarks_project_id_fkey;
ALTER TABLE bookmarks VALIDATE CONSTRAINT url_key_not_null;
ALTER TABLE bookmarks ALTER COLUMN url_key SET NOT NULL;
ALTER TABLE bookmarks DROP CONSTRAINT url_key_not_null;
