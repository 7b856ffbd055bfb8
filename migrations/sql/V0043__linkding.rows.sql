INSERT INTO tags (name, is_kept) VALUES ('One', true), ('two', false);
INSERT INTO bookmarks (id, url, title, url_key, shared)
VALUES ('00000000-0000-7000-8000-000000004301', 'https://example.com/43/?b=2&a=1', 'kept',
        '00000000-0000-7000-8000-000000004343', true);
