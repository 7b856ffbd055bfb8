INSERT INTO t VALUES (ARRAY['it''s', NULL]::e[], '{Happy day}', 'it''s', '{it''s}', 'Happy day');
