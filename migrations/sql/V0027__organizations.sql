-- branchline: moves users: a project store that went on by itself has some of these tables
-- branchline: moves organizations: the same
-- branchline: moves memberships: the same
-- branchline: moves api_tokens: the same
--
-- Organizations, their members, and the tokens of these. All rows that were there before belong to the
-- organization "default". Whoever works for an organization says so for the length of a transaction, in the
-- setting app.organization (docs/access.md).

-- A project store that went on by itself has tables of these names. They keep their rows, beside ours.
DO $$
DECLARE
    theirs text;
    moved text[] := '{}';
BEGIN
    FOREACH theirs IN ARRAY ARRAY['users', 'organizations', 'memberships', 'api_tokens'] LOOP
        CONTINUE WHEN to_regclass('public.' || theirs) IS NULL;
        CREATE SCHEMA IF NOT EXISTS copy_that;
        EXECUTE format('ALTER TABLE public.%I SET SCHEMA copy_that', theirs);
        moved := moved || theirs;
    END LOOP;
    IF moved <> '{}' THEN
        RAISE NOTICE 'moved with all rows into the schema copy_that: %', array_to_string(moved, ', ');
    END IF;
END
$$;

CREATE TABLE organizations (
    id uuid NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    is_personal boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (id),
    CONSTRAINT organizations_slug_key UNIQUE (slug)
);

CREATE TABLE users (
    id uuid NOT NULL,
    issuer text NOT NULL,
    subject text NOT NULL,
    email text,
    name text,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz,
    PRIMARY KEY (id),
    CONSTRAINT users_subject_key UNIQUE (issuer, subject)
);

CREATE TABLE memberships (
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    role text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, user_id),
    FOREIGN KEY (organization_id) REFERENCES organizations (id) ON DELETE CASCADE,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT valid_role CHECK (role IN ('owner', 'admin', 'member', 'viewer'))
);
CREATE INDEX ix_memberships_user_id ON memberships (user_id);

CREATE TABLE api_tokens (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    -- Null for a token that whoever runs the deployment made.
    user_id uuid,
    name text NOT NULL,
    prefix text NOT NULL,
    token_sha256 bytea NOT NULL,
    scopes text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz,
    PRIMARY KEY (organization_id, id),
    -- A token whose owner is no member any more goes with the membership.
    FOREIGN KEY (organization_id, user_id) REFERENCES memberships (organization_id, user_id) ON DELETE CASCADE,
    CONSTRAINT token_sha256_length CHECK (octet_length(token_sha256) = 32),
    CONSTRAINT valid_scopes CHECK (scopes <@ ARRAY['read', 'write', 'worker'] AND cardinality(scopes) > 0),
    CONSTRAINT api_tokens_token_key UNIQUE (token_sha256)
);
CREATE INDEX ix_api_tokens_user_id ON api_tokens (organization_id, user_id);

COMMENT ON TABLE organizations IS 'Whose rows they are: every table with rows of tenants has organization_id.';
COMMENT ON COLUMN organizations.is_personal IS 'It has one user, whose issuer names no organization.';
COMMENT ON TABLE users IS 'Who was vouched for by an issuer of tokens. There are no passwords.';
COMMENT ON COLUMN users.subject IS 'Unique for its issuer alone.';
COMMENT ON COLUMN api_tokens.prefix IS 'The first characters, by which people tell tokens apart.';
COMMENT ON COLUMN api_tokens.token_sha256 IS
    'Of the whole token, which is random, so that no slow hash is needed. Unique over all organizations: a token is looked '
    'up before its organization is known.';

INSERT INTO organizations (id, slug, name) VALUES ('00000000-0000-7000-8000-000000000001', 'default', 'Default');

-- The organization that the transaction works for; null where none is claimed. Once a transaction has set it,
-- the session has an empty text instead of nothing.
CREATE FUNCTION current_organization() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('app.organization', true), '')::uuid;

-- The organization that a row belongs to which names none. Without a claim, a role that row security does not
-- bind writes to the organization "default": so did every function before V0033, and so do scripts of the
-- owner. A role that it binds gets null, which the column refuses.
CREATE FUNCTION default_organization() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(
    current_organization(),
    CASE WHEN NOT row_security_active('projects'::regclass) THEN '00000000-0000-7000-8000-000000000001'::uuid END);
