-- The keys by which an organization's documents are found, and what lists need beside them.
--
-- An index of words holds those of all organizations. The bookmarks of the claimed one have to be picked out of
-- everybody's, and the beginning of a word is read of everybody. So each word gets a code of its organization
-- ahead of it: whatever is searched for, the index reads the keys of one organization alone.

CREATE EXTENSION IF NOT EXISTS btree_gin;

-- The code has 24 bits. Where two organizations share one, each also reads the other's keys; the view leaves its
-- documents out. Keys have no positions, so they find more than a phrase does. A long one is cut, since Postgres
-- takes none above 2,046 bytes.
CREATE FUNCTION search_keys(organization_id uuid, words tsvector) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000
AS $$
DECLARE
    code CONSTANT text := encode(substr(sha256(uuid_send(organization_id)), 1, 3), 'base64');
    every CONSTANT text[] := tsvector_to_array(words);
    joined CONSTANT text := code || array_to_string(every, E'\x01' || code);
    keys CONSTANT text[] := string_to_array(joined, E'\x01');
BEGIN
    -- All at once takes a third of the time.
    IF octet_length(joined) <= 2000 AND cardinality(keys) = cardinality(every) THEN
        RETURN array_to_tsvector(keys);
    END IF;
    RETURN array_to_tsvector(ARRAY(SELECT left(code || word, 500) FROM unnest(every) AS word));
END
$$;

-- The query for keys of the claimed organization. It finds more: what is excluded is left out of it, phrases are
-- words, and what may have been cut is a label that all documents have.
CREATE FUNCTION search_key_query(query tsquery) RETURNS tsquery
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    code CONSTANT text := encode(substr(sha256(uuid_send(current_organization())), 1, 3), 'base64');
BEGIN
    IF code IS NULL THEN
        RETURN NULL;
    END IF;
    RETURN (
        SELECT string_agg(
            CASE
                WHEN part[1] IS NULL THEN regexp_replace(part[2], '<(-|[0-9]+)>', '&', 'g')
                WHEN length(part[1]) > 480 THEN '''' || code || '=a'''
                ELSE '''' || code || part[1] || ''''
            END, '' ORDER BY nth)
        FROM regexp_matches(querytree(query), '''((?:[^''\\]|''''|\\\\)*)''|([^'']+)', 'g')
             WITH ORDINALITY AS parts (part, nth));
END
$$;

-- Reads with its owner's rights and is no security barrier: operators of a text search are not leakproof, so
-- that under row security no index of them would be used (docs/access.md). That the organization is compared
-- so, which no index serves, keeps the planner from reading all of its documents beside the keys.
CREATE VIEW keyed_documents AS
SELECT organization_id, bookmark_id, words, search_keys(organization_id, words) AS keys, ctid AS place
FROM search_documents
WHERE organization_id IS NOT DISTINCT FROM (SELECT current_organization());

COMMENT ON VIEW keyed_documents IS
    'search_documents of the organization that is claimed, with the keys that their index holds, and their place in the '
    'table, which is theirs for one statement.';
GRANT SELECT ON keyed_documents TO branchline_app;

CREATE OR REPLACE VIEW listed_bookmarks AS
SELECT organization_id, id, project_id, is_archived, unread, shared,
       coalesce(add_date, created_at, '-infinity') AS added,
       coalesce(updated_at, created_at, '-infinity') AS modified,
       lower(left(title, 200)) COLLATE "C" AS title_key,
       coalesce(cardinality(tags), 0) = 0 AS is_untagged
FROM bookmarks
WHERE organization_id = (SELECT current_organization());

-- A list calls it for each row, and few folders are deep: a loop takes a fifth of the time of a recursive query
-- there, and thrice its time for hundreds of levels. A session keeps the loop's plan, and folders may be few when
-- that is made.
CREATE OR REPLACE FUNCTION folder_path(folder_id uuid) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET enable_seqscan = off
AS $$
DECLARE
    organization CONSTANT uuid := default_organization();
    next_id uuid := folder_id;
    bytes integer := 0;
    path text[] := '{}';
    name text;
BEGIN
    FOR depth IN 1 .. 8 LOOP
        IF next_id IS NULL THEN
            RETURN path;
        END IF;
        SELECT f.parent_id, f.name INTO next_id, name
        FROM folders AS f WHERE f.organization_id = organization AND f.id = next_id;
        IF NOT FOUND THEN
            RETURN path;
        END IF;
        bytes := bytes + octet_length(name) + 1;
        EXIT WHEN bytes > 1024;
        path := name || path;
    END LOOP;
    RETURN (
        WITH RECURSIVE up (parent_id, name, nth, room) AS (
            SELECT f.parent_id, f.name, 1, 1024 - octet_length(f.name) - 1
            FROM folders AS f
            WHERE f.organization_id = organization AND f.id = folder_id
            UNION ALL
            SELECT f.parent_id, f.name, u.nth + 1, u.room - octet_length(f.name) - 1
            FROM up AS u
            CROSS JOIN LATERAL (
                SELECT * FROM folders AS f WHERE f.organization_id = organization AND f.id = u.parent_id OFFSET 0
            ) AS f
            WHERE u.room >= 0
        )
        SELECT array_agg(
            CASE WHEN room >= 0 THEN up.name WHEN nth = 1 THEN left(up.name, 255) || '…' ELSE '…' END
            ORDER BY nth DESC)
        FROM up);
END
$$;
