-- For clients of linkding's API: tags have an integer as their id, bookmarks are found by an address as linkding
-- compares addresses, and a bookmark may be marked as shared. A column with a constant default rewrites nothing.

ALTER TABLE bookmarks ADD COLUMN shared boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN bookmarks.shared IS 'A mark of linkding''s clients. Nothing is shown to anybody for it.';

CREATE TABLE tags (
    organization_id uuid NOT NULL DEFAULT default_organization(),
    id bigint GENERATED ALWAYS AS IDENTITY,
    name text NOT NULL,
    name_key text NOT NULL GENERATED ALWAYS AS (lower(name)) STORED,
    is_kept boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, id),
    CONSTRAINT tags_name_key UNIQUE (organization_id, name_key),
    CONSTRAINT tag_fits_its_index CHECK (octet_length(name) BETWEEN 1 AND 1000)
);
COMMENT ON TABLE tags IS
    'The ids of tags, which are in bookmarks. A tag gets its row when it is first listed or given.';
COMMENT ON COLUMN tags.name_key IS 'A plain column, as row security keeps an index from serving lower().';
COMMENT ON COLUMN tags.is_kept IS 'A person made it by itself, so that it is listed without a bookmark too.';

ALTER TABLE tags ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows_are_read ON tags FOR SELECT
    USING (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_inserted ON tags FOR INSERT
    WITH CHECK (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_updated ON tags FOR UPDATE
    USING (organization_id = (SELECT current_organization()))
    WITH CHECK (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_deleted ON tags FOR DELETE
    USING (organization_id = (SELECT current_organization()));
GRANT SELECT, INSERT, UPDATE, DELETE ON tags TO branchline_app;

-- A key of an address without query and fragment. Addresses that linkding takes for the same have the same key.
CREATE FUNCTION url_page(url text) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN hashtextextended(
    lower(rtrim(split_part(split_part(btrim(url, ' ' || chr(9) || chr(10) || chr(13)), '#', 1), '?', 1), '/')),
    0);

-- The bytes of a part of a query, in hexadecimal.
CREATE FUNCTION url_bytes(part text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT coalesce(string_agg(
        CASE WHEN piece[1] ~ '^%.' THEN lower(substr(piece[1], 2)) ELSE encode(convert_to(piece[1], 'UTF8'), 'hex') END,
        '' ORDER BY nth), '')
    FROM regexp_matches(part, '%[0-9A-Fa-f]{2}|[^%]+|%', 'g') WITH ORDINALITY AS found (piece, nth)
$$;

-- An address as linkding compares it (its utils.normalize_url): scheme and host in lower case, no slashes at the
-- end of the path, the query's pairs sorted, decoded and with a value, no empty query or fragment.
CREATE FUNCTION linkding_url(url text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT lower(coalesce(site[1], '')) || rtrim(coalesce(site[2], ''), '/') || coalesce('?' || (
               SELECT string_agg(pair, '&' ORDER BY pair COLLATE "C")
               FROM (
                   SELECT url_bytes(split_part(written, '=', 1)) || '='
                          || url_bytes(substr(written, length(split_part(written, '=', 1)) + 2)) AS pair
                   FROM string_to_table(replace(substr(before, length(split_part(before, '?', 1)) + 2), '+', ' '), '&')
                       AS written
                   WHERE written <> ''
               ) AS pairs
           ), '') || coalesce('#' || nullif(substr(trimmed, length(before) + 2), ''), '')
    FROM (SELECT btrim(url, E' \t\n\r') AS trimmed) AS address,
         LATERAL (SELECT split_part(trimmed, '#', 1) AS before) AS cut,
         LATERAL (
             SELECT regexp_match(split_part(before, '?', 1), '^((?:[A-Za-z][A-Za-z0-9+.-]*:)?(?://[^/]*)?)(.*)$') AS site
         ) AS parts
$$;

-- The bookmarks that linkding would take for one of this address. It runs as its owner, because the key is no
-- leakproof function, so that row security would keep the index from serving it.
CREATE FUNCTION bookmarks_of_url(wanted text) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_seqscan = off
AS $$
    SELECT b.id FROM bookmarks AS b
    WHERE b.organization_id = current_organization()
      AND url_page(b.url) = url_page(wanted)
      AND linkding_url(b.url) = linkding_url(wanted)
$$;
REVOKE EXECUTE ON FUNCTION bookmarks_of_url(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bookmarks_of_url(text) TO branchline_app;
