-- branchline: allow prefer-bigint-over-int: the type of projects.id
-- branchline: allow ban-set-default: rows that are there get their numbers in V0042, in batches
--
-- What people do with their bookmarks: put them away, mark them as unread, write notes, and throw them into a
-- trash. Each column is nullable or has a constant default, so that no row is written; V0042 numbers the rows
-- that are there.

-- The trash holds a bookmark whole and apart from bookmarks, so that neither its URL nor anything that lists
-- or searches bookmarks knows of it.
CREATE TABLE trashed_bookmarks (
    organization_id uuid NOT NULL DEFAULT default_organization(),
    id uuid NOT NULL,
    number bigint NOT NULL,
    project_id integer,
    deleted_at timestamptz NOT NULL DEFAULT now(),
    bookmark jsonb NOT NULL,
    folders jsonb NOT NULL DEFAULT '{}',
    merged jsonb NOT NULL DEFAULT '[]',
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, project_id) REFERENCES projects (organization_id, id),
    CONSTRAINT trashed_bookmarks_number_key UNIQUE (number)
);
CREATE INDEX ix_trashed_bookmarks_deleted_at ON trashed_bookmarks (organization_id, deleted_at, id);
CREATE INDEX ix_trashed_bookmarks_project_id ON trashed_bookmarks (organization_id, project_id);

COMMENT ON TABLE trashed_bookmarks IS 'Bookmarks that a person deleted, until the trash is emptied.';
COMMENT ON COLUMN trashed_bookmarks.bookmark IS 'Its row of bookmarks.';
COMMENT ON COLUMN trashed_bookmarks.folders IS
    'The folders that it was in, by id, each with folder_path() of it, by which it is made again.';
COMMENT ON COLUMN trashed_bookmarks.merged IS
    'Its duplicates in import_entries, as pairs of import_job_id and id. Their url_key is null meanwhile.';

ALTER TABLE trashed_bookmarks ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows_are_read ON trashed_bookmarks FOR SELECT
    USING (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_inserted ON trashed_bookmarks FOR INSERT
    WITH CHECK (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_updated ON trashed_bookmarks FOR UPDATE
    USING (organization_id = (SELECT current_organization()))
    WITH CHECK (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_deleted ON trashed_bookmarks FOR DELETE
    USING (organization_id = (SELECT current_organization()));
GRANT SELECT, INSERT, UPDATE, DELETE ON trashed_bookmarks TO branchline_app;

-- Clients of linkding's API take ids for integers, so bookmarks have a number beside their id. It is unique
-- in all organizations.
CREATE SEQUENCE bookmarks_number_seq AS bigint;

ALTER TABLE bookmarks
    ADD COLUMN number bigint,
    ADD COLUMN is_archived boolean NOT NULL DEFAULT false,
    ADD COLUMN unread boolean NOT NULL DEFAULT false,
    ADD COLUMN notes text,
    ADD COLUMN suggested_tags text[] NOT NULL DEFAULT '{}',
    ADD COLUMN edited text[] NOT NULL DEFAULT '{}';
ALTER TABLE bookmarks ALTER COLUMN number SET DEFAULT nextval('bookmarks_number_seq');
ALTER SEQUENCE bookmarks_number_seq OWNED BY bookmarks.number;

COMMENT ON COLUMN bookmarks.number IS
    'An integer in place of the id, for clients that know no others; unique in all organizations.';
COMMENT ON COLUMN bookmarks.is_archived IS 'It was put away.';
COMMENT ON COLUMN bookmarks.notes IS 'A person''s own text beside the description.';
COMMENT ON COLUMN bookmarks.suggested_tags IS 'Tags that a model suggests and nobody has accepted.';
COMMENT ON COLUMN bookmarks.edited IS
    'The columns that a person set, by name. No import overwrites them, and undoing one keeps the bookmark.';
GRANT USAGE ON SEQUENCE bookmarks_number_seq TO branchline_app;

-- The folder at a path of names in a project, made where it is missing; null at the root. The first of
-- several namesakes counts. A new folder has the id that an import would compute for it, so that both find
-- the same one. The caller holds the lock on the project's bookmarks.
CREATE FUNCTION make_folders(scope integer, path text[]) RETURNS uuid
LANGUAGE plpgsql
AS $$
DECLARE
    organization CONSTANT uuid := default_organization();
    root uuid := folder_root(scope);
    parent uuid;
    folder uuid;
    folder_name text;
BEGIN
    IF organization <> '00000000-0000-7000-8000-000000000001' THEN
        root := encode(substr(sha256(uuid_send(organization) || uuid_send(root)), 1, 16), 'hex')::uuid;
    END IF;
    FOREACH folder_name IN ARRAY coalesce(path, '{}') LOOP
        IF parent IS NULL THEN
            SELECT f.id INTO folder FROM folders AS f
            WHERE f.organization_id = organization AND f.parent_id IS NULL AND f.name = folder_name
              AND f.project_id IS NOT DISTINCT FROM scope
            ORDER BY f.place, f.id LIMIT 1;
        ELSE
            SELECT f.id INTO folder FROM folders AS f
            WHERE f.organization_id = organization AND f.parent_id = parent AND f.name = folder_name
            ORDER BY f.place, f.id LIMIT 1;
        END IF;
        -- An id may be taken by a folder that was renamed or moved.
        FOR nth IN 0 .. 10000 LOOP
            EXIT WHEN folder IS NOT NULL;
            INSERT INTO folders (organization_id, id, project_id, parent_id, name, place)
            VALUES (organization, folder_key(coalesce(parent, root), nth, folder_name), scope, parent, folder_name,
                    bookmark_place(gen_random_uuid(), clock_timestamp()))
            ON CONFLICT (id) DO NOTHING
            RETURNING id INTO folder;
        END LOOP;
        parent := folder;
        folder := NULL;
    END LOOP;
    RETURN parent;
END
$$;

-- Which of these numbers an import may write: those that no bookmark has, in the trash either. The sequence
-- goes beyond them; a margin keeps what others draw meanwhile beyond them too, and a bound leaves the sequence
-- room, whatever a file says. It runs as its owner, since a number is unique in all organizations.
CREATE FUNCTION keep_numbers(wanted bigint[]) RETURNS SETOF bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    most CONSTANT bigint := 1000000000;
    margin CONSTANT bigint := 1000;
    highest bigint;
BEGIN
    IF current_organization() IS NULL THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('keep_numbers', 0));
    SELECT max(n) INTO highest FROM unnest(wanted) AS n WHERE n BETWEEN 1 AND most;
    IF highest >= (SELECT last_value FROM bookmarks_number_seq) THEN
        PERFORM setval('bookmarks_number_seq', highest + margin);
    END IF;
    RETURN QUERY
        SELECT DISTINCT n FROM unnest(wanted) AS n
        WHERE n BETWEEN 1 AND most
          AND NOT EXISTS (SELECT FROM bookmarks AS b WHERE b.number = n)
          AND NOT EXISTS (SELECT FROM trashed_bookmarks AS t WHERE t.number = n);
END
$$;
REVOKE EXECUTE ON FUNCTION keep_numbers(bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION keep_numbers(bigint[]) TO branchline_app;

-- Notes are searched as descriptions are.
CREATE OR REPLACE FUNCTION search_document(b bookmarks) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
    RETURN search_words(b.title, b.tags, b.url, b.description,
                        coalesce(b.notes || E'\n' || b.further_text, b.notes, b.further_text), b.attributes)
           || search_labels(b.domain, b.tags, b.project_id)
           || array_to_tsvector(ARRAY['=o' || b.organization_id]);
END
$$;

CREATE OR REPLACE FUNCTION search_note() RETURNS trigger
LANGUAGE plpgsql
-- The planner takes both tables for small, whatever they hold, and would loop over one for each row of the
-- other.
SET enable_nestloop = off
AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        TRUNCATE search_documents, search_vocabulary, search_pending;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO search_pending (organization_id, first_id, last_id)
        SELECT changed.organization_id, changed.id, changed.id
        FROM (
            SELECT organization_id, id
            FROM written AS n FULL JOIN replaced AS o USING (organization_id, id)
            WHERE (n.title, n.tags, n.url, n.description, n.notes, n.domain, n.project_id, n.further_text,
                   n.attributes)
                  IS DISTINCT FROM
                  (o.title, o.tags, o.url, o.description, o.notes, o.domain, o.project_id, o.further_text,
                   o.attributes)
        ) AS changed;
    ELSE
        INSERT INTO search_pending (organization_id, first_id, last_id)
        SELECT each.organization_id, first.id, last.id
        FROM (SELECT DISTINCT organization_id FROM written) AS each
        CROSS JOIN LATERAL (
            SELECT id FROM written AS w WHERE w.organization_id = each.organization_id ORDER BY id LIMIT 1) AS first
        CROSS JOIN LATERAL (
            SELECT id FROM written AS w WHERE w.organization_id = each.organization_id ORDER BY id DESC LIMIT 1) AS last;
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION search_pending_documents(typed text[], labels_only boolean, OUT id uuid, OUT words tsvector)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
-- The planner would take an empty table for a thousand ranges of many bookmarks each.
ROWS 10
SET enable_seqscan = off
SET jit = off
AS $$
DECLARE
    organization CONSTANT uuid := default_organization();
    slice CONSTANT integer := 2000;
    ids uuid[];
    found uuid[];
    documents tsvector[];
    likes CONSTANT text[] := ARRAY(SELECT '%' || p.word || '%' FROM search_parts(typed) AS p WHERE p.word !~ '0sign0');
BEGIN
    IF NOT EXISTS (SELECT FROM search_pending WHERE organization_id = organization) THEN
        RETURN;
    END IF;
    ids := ARRAY(
        SELECT DISTINCT b.id
        FROM search_pending AS p
        CROSS JOIN LATERAL (
            SELECT * FROM bookmarks
            WHERE organization_id = organization AND bookmarks.id BETWEEN p.first_id AND p.last_id OFFSET 0
        ) AS b
        WHERE p.organization_id = organization AND (cardinality(likes) = 0
           OR search_fold(concat_ws(' ', b.title, array_to_string(b.tags, ' '), b.url, b.description, b.notes,
                                    b.further_text, b.attributes)) LIKE ALL (likes)));
    IF labels_only THEN
        RETURN QUERY
            SELECT b.id, search_labels(b.domain, b.tags, b.project_id) || array_to_tsvector(ARRAY['=o' || organization])
            FROM bookmarks AS b
            WHERE b.organization_id = organization AND b.id = ANY (ids);
        RETURN;
    END IF;
    FOR i IN 1 .. cardinality(ids) BY slice LOOP
        BEGIN
            SELECT array_agg(b.id), array_agg(search_document(b)) INTO found, documents
            FROM bookmarks AS b WHERE b.organization_id = organization AND b.id = ANY (ids[i : i + slice - 1]);
        EXCEPTION WHEN OTHERS THEN
            SELECT array_agg(b.id), array_agg(search_document_in_part(b)) INTO found, documents
            FROM bookmarks AS b WHERE b.organization_id = organization AND b.id = ANY (ids[i : i + slice - 1]);
        END;
        RETURN QUERY SELECT * FROM unnest(found, documents);
    END LOOP;
END
$$;
