-- Who calls, as far as the database knows it: users whom an issuer vouches for, and holders of API tokens. A
-- transaction claims, beside its organization, a user (app.user_id), a role (app.role) and scopes
-- (app.scopes); see docs/access.md.
--
-- What these functions raise is answered by its SQLSTATE: BL001 is 401, BL002 and BL003 are 403, BL004 is
-- 500.

-- The user that the transaction works for; null where none is claimed.
CREATE FUNCTION current_user_id() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('app.user_id', true), '')::uuid;

-- Refuses to go on where row security does not bind the role: whoever owns the tables, or has BYPASSRLS,
-- would see the rows of every organization. Where the organization "default" is the only one, any role may
-- work for it. It runs as its caller.
CREATE FUNCTION require_row_security(default_is_only boolean) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = ''
AS $$
BEGIN
    IF NOT row_security_active('public.bookmarks') AND NOT (
        default_is_only AND public.current_organization() = '00000000-0000-7000-8000-000000000001'
    ) THEN
        RAISE EXCEPTION 'row security does not bind the role %', current_user
            USING ERRCODE = 'BL004', HINT = 'Let functions log in as a role that "branchline role create" makes.';
    END IF;
END
$$;

-- Makes the claims of an API token, for a use (read, write, worker). One without a user was made by whoever
-- runs the deployment, and has the role owner. An unknown token, one that has expired and one that was
-- revoked are not told apart.
CREATE FUNCTION claim_api_token(sha256 bytea, wanted_scope text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = ''
AS $$
DECLARE
    token record;
    allowed text[];
BEGIN
    SELECT t.organization_id, t.user_id, t.scopes,
           CASE WHEN t.user_id IS NULL THEN 'owner' ELSE m.role END AS role
    INTO token
    FROM public.api_tokens AS t
    LEFT JOIN public.memberships AS m USING (organization_id, user_id)
    WHERE t.token_sha256 = claim_api_token.sha256
      AND t.revoked_at IS NULL
      AND (t.expires_at IS NULL OR t.expires_at > clock_timestamp());
    IF token.role IS NULL THEN
        RAISE EXCEPTION 'the API token is unknown, has expired or was revoked' USING ERRCODE = 'BL001';
    END IF;
    IF wanted_scope <> ALL (token.scopes) THEN
        RAISE EXCEPTION 'the API token lacks the scope %', wanted_scope USING ERRCODE = 'BL002';
    END IF;
    -- As the roles of shared/auth: a viewer reads.
    allowed := CASE WHEN token.role = 'viewer' THEN ARRAY(SELECT unnest(token.scopes) INTERSECT SELECT 'read')
                    ELSE token.scopes END;
    IF wanted_scope <> ALL (allowed) THEN
        RAISE EXCEPTION 'the role % does not allow the scope %', token.role, wanted_scope
            USING ERRCODE = 'BL003';
    END IF;
    PERFORM set_config('app.organization', token.organization_id::text, true),
            set_config('app.user_id', coalesce(token.user_id::text, ''), true),
            set_config('app.role', token.role, true),
            set_config('app.scopes', array_to_string(allowed, ' '), true);
END
$$;

-- Notes that an API token is in use, at most once a minute. Another session that notes it now is not waited
-- for.
CREATE FUNCTION note_api_token_use(sha256 bytea) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = ''
BEGIN ATOMIC
    WITH used AS (
        SELECT organization_id, id FROM public.api_tokens
        WHERE token_sha256 = note_api_token_use.sha256
          AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
        FOR UPDATE SKIP LOCKED
    )
    UPDATE public.api_tokens AS t SET last_used_at = now() FROM used
    WHERE (t.organization_id, t.id) = (used.organization_id, used.id);
END;

-- Writes down a user whom an issuer vouches for, with the organization and the role that it says they have
-- there. Their ids follow from what the issuer calls them, so that nothing has to be read first. Where all of
-- it is known, nothing is written.
CREATE FUNCTION sign_in(
    user_id uuid, issuer text, subject text, email text, user_name text,
    organization_id uuid, organization_name text, is_personal boolean, role text
) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = ''
AS $$
#variable_conflict use_column
BEGIN
    IF EXISTS (
        SELECT FROM public.users AS u
        JOIN public.memberships AS m ON m.user_id = u.id AND m.organization_id = sign_in.organization_id
        WHERE u.id = sign_in.user_id AND (u.issuer, u.subject) = (sign_in.issuer, sign_in.subject)
          AND u.email IS NOT DISTINCT FROM coalesce(sign_in.email, u.email)
          AND u.name IS NOT DISTINCT FROM coalesce(sign_in.user_name, u.name)
          AND u.last_seen_at > now() - interval '1 hour'
          AND m.role = sign_in.role
    ) THEN
        RETURN;
    END IF;
    INSERT INTO public.users AS known (id, issuer, subject, email, name, last_seen_at)
    VALUES (sign_in.user_id, sign_in.issuer, sign_in.subject, sign_in.email, sign_in.user_name, now())
    ON CONFLICT (id) DO UPDATE
        SET email = coalesce(excluded.email, known.email),
            name = coalesce(excluded.name, known.name),
            last_seen_at = excluded.last_seen_at
        WHERE (known.issuer, known.subject) = (excluded.issuer, excluded.subject);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the user''s id belongs to a user of another issuer' USING ERRCODE = 'BL001';
    END IF;
    INSERT INTO public.organizations (id, slug, name, is_personal)
    VALUES (sign_in.organization_id, sign_in.organization_id::text,
            coalesce(sign_in.organization_name, sign_in.organization_id::text), sign_in.is_personal)
    ON CONFLICT (id) DO NOTHING;
    INSERT INTO public.memberships AS known (organization_id, user_id, role)
    VALUES (sign_in.organization_id, sign_in.user_id, sign_in.role)
    ON CONFLICT (organization_id, user_id) DO UPDATE SET role = excluded.role
        WHERE known.role <> excluded.role;
END
$$;

-- What the function account shows and changes. The hash of a token is written, and read by claim_api_token()
-- alone.
GRANT SELECT ON organizations, users, memberships TO branchline_app;
GRANT SELECT (
        organization_id, id, user_id, name, prefix, scopes, created_at, expires_at, last_used_at, revoked_at)
    ON api_tokens TO branchline_app;
GRANT INSERT (organization_id, id, user_id, name, prefix, token_sha256, scopes, expires_at)
    ON api_tokens TO branchline_app;
GRANT UPDATE (revoked_at) ON api_tokens TO branchline_app;

REVOKE EXECUTE ON FUNCTION claim_api_token(bytea, text), note_api_token_use(bytea),
    sign_in(uuid, text, text, text, text, uuid, text, boolean, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION claim_api_token(bytea, text), note_api_token_use(bytea),
    sign_in(uuid, text, text, text, text, uuid, text, boolean, text) TO branchline_app;
