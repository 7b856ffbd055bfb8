REVOKE UPDATE (revoked_at) ON api_tokens FROM branchline_app;
REVOKE INSERT (organization_id, id, user_id, name, prefix, token_sha256, scopes, expires_at)
    ON api_tokens FROM branchline_app;
REVOKE SELECT (
        organization_id, id, user_id, name, prefix, scopes, created_at, expires_at, last_used_at, revoked_at)
    ON api_tokens FROM branchline_app;
REVOKE SELECT ON organizations, users, memberships FROM branchline_app;
DROP FUNCTION sign_in(uuid, text, text, text, text, uuid, text, boolean, text);
DROP FUNCTION note_api_token_use(bytea);
DROP FUNCTION claim_api_token(bytea, text);
DROP FUNCTION require_row_security(boolean);
DROP FUNCTION current_user_id();
