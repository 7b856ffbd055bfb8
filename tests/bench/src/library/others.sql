-- The same bookmarks in other organizations, under other ids, with the search's documents and words of each.
-- Triggers are off: they would have all of it indexed once more.
--
-- {organization}: whose bookmarks are copied. {first}, {last}: the numbers of the others.

INSERT INTO organizations (id, slug, name)
SELECT ('00000000-0000-7000-8001-' || lpad(to_hex(o), 12, '0'))::uuid, 'other-' || o, 'Other ' || o
FROM generate_series({first}, {last}) AS o;

SET session_replication_role = replica;

INSERT INTO bookmarks (
    organization_id, id, url, url_key, title, domain, description, notes, tags, folder_id, further_folder_ids, add_date,
    created_at, updated_at, is_archived, unread)
SELECT ('00000000-0000-7000-8001-' || lpad(to_hex(o), 12, '0'))::uuid,
       overlay(b.id::text PLACING lpad(to_hex(o), 4, '0') FROM 10 FOR 4)::uuid, b.url, b.url_key, b.title,
       b.domain, b.description, b.notes, b.tags,
       overlay(b.folder_id::text PLACING lpad(to_hex(o), 4, '0') FROM 10 FOR 4)::uuid,
       CASE WHEN b.further_folder_ids IS NOT NULL THEN
           ARRAY[overlay(b.further_folder_ids[1]::text PLACING lpad(to_hex(o), 4, '0') FROM 10 FOR 4)]::uuid[]
       END,
       b.add_date,
       b.created_at, b.updated_at, b.is_archived, b.unread
FROM generate_series({first}, {last}) AS o,
     LATERAL (SELECT * FROM bookmarks WHERE organization_id = '{organization}' ORDER BY id) AS b;

INSERT INTO search_documents (organization_id, bookmark_id, words)
SELECT ('00000000-0000-7000-8001-' || lpad(to_hex(o), 12, '0'))::uuid,
       overlay(d.bookmark_id::text PLACING lpad(to_hex(o), 4, '0') FROM 10 FOR 4)::uuid,
       ts_delete(d.words, '=o{organization}')
       || array_to_tsvector(ARRAY['=o00000000-0000-7000-8001-' || lpad(to_hex(o), 12, '0')])
FROM generate_series({first}, {last}) AS o,
     LATERAL (SELECT * FROM search_documents WHERE organization_id = '{organization}' ORDER BY bookmark_id) AS d;

INSERT INTO search_vocabulary (organization_id, word, documents)
SELECT ('00000000-0000-7000-8001-' || lpad(to_hex(o), 12, '0'))::uuid, word, documents
FROM generate_series({first}, {last}) AS o,
     LATERAL (SELECT * FROM search_vocabulary WHERE organization_id = '{organization}' ORDER BY word) AS v;

RESET session_replication_role;
