INSERT INTO projects (id, name) VALUES (-41, 'trash');
INSERT INTO bookmarks (id, url, title, url_key, number, is_archived, unread, notes, suggested_tags, edited)
VALUES ('00000000-0000-7000-8000-000000004101', 'https://example.com/41', 'kept',
        '00000000-0000-7000-8000-000000004141', 4101, true, true, 'notes', '{one,two}', '{title,notes}');
INSERT INTO trashed_bookmarks (id, number, project_id, deleted_at, bookmark, folders, merged)
SELECT '00000000-0000-7000-8000-000000004102', 4102, -41, now(), to_jsonb(b),
       '{"00000000-0000-7000-8000-000000004103": ["outer", "inner"]}',
       '[["00000000-0000-7000-8000-000000004104", "00000000-0000-7000-8000-000000004105"]]'
FROM bookmarks AS b WHERE b.number = 4101;
