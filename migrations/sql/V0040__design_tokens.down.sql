-- branchline: allow ban-drop-table: what the up made
-- branchline: loses color_tokens.*: the table goes with its rows
-- branchline: loses spacing_tokens.*: the table goes with its rows
-- branchline: loses typography_tokens.*: the table goes with its rows
-- branchline: loses other_tokens.*: the table goes with its rows
--
-- Tables that the up moved stay in the schema copy_that.

DROP TABLE other_tokens;
DROP TABLE typography_tokens;
DROP TABLE spacing_tokens;
DROP TABLE color_tokens;
