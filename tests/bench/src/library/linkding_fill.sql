-- Fills linkding's tables with the rows of {file}, which are one user's, and gives each of {others} other
-- users the same.

CREATE TEMP TABLE brought (
    nth integer, url text, title text, description text, notes text, tags text[], added timestamptz,
    modified timestamptz, is_archived boolean, unread boolean
);
COPY brought FROM '{file}';
CREATE TEMP TABLE names AS
SELECT name, row_number() OVER (ORDER BY name)::integer AS nth
FROM (SELECT DISTINCT unnest(tags) AS name FROM brought) AS n;
CREATE TEMP TABLE sizes AS
SELECT (SELECT count(*) FROM brought)::integer AS bookmarks, (SELECT count(*) FROM names)::integer AS tags;

INSERT INTO auth_user (id, username) SELECT o + 1, 'user-' || o FROM generate_series(0, {others}) AS o;
INSERT INTO bookmarks_bookmark (
    id, url, title, description, unread, date_added, date_modified, owner_id, is_archived,
    web_archive_snapshot_url, shared, favicon_file, notes, preview_image_file, url_normalized)
SELECT o * s.bookmarks + b.nth, b.url, b.title, coalesce(b.description, ''), b.unread, b.added, b.modified, o + 1,
       b.is_archived, '', false, '', coalesce(b.notes, ''), '', b.url
FROM sizes AS s, generate_series(0, {others}) AS o, brought AS b;
INSERT INTO bookmarks_tag (id, name, date_added, owner_id)
SELECT o * s.tags + n.nth, n.name, now(), o + 1 FROM sizes AS s, generate_series(0, {others}) AS o, names AS n;
INSERT INTO bookmarks_bookmark_tags (bookmark_id, tag_id)
SELECT o * s.bookmarks + b.nth, o * s.tags + n.nth
FROM sizes AS s, generate_series(0, {others}) AS o, brought AS b, unnest(b.tags) AS t (name)
JOIN names AS n ON n.name = t.name;
