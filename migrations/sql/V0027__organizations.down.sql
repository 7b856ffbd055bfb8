-- branchline: allow ban-drop-table: what the up made
-- branchline: allow ban-drop-function: what the up made
-- branchline: loses organizations.*: one organization is left, to which everything belongs
-- branchline: loses users.*: one organization is left, to which everything belongs
-- branchline: loses memberships.*: one organization is left, to which everything belongs
-- branchline: loses api_tokens.*: one organization is left, to which everything belongs
--
-- Tables that the up moved stay in the schema copy_that.

DROP FUNCTION default_organization();
DROP FUNCTION current_organization();
DROP TABLE api_tokens;
DROP TABLE memberships;
DROP TABLE users;
DROP TABLE organizations;
