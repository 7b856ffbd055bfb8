-- branchline: no-transaction
-- branchline: allow prefer-robust-stmts: validating a constraint twice is harmless

ALTER TABLE import_entries VALIDATE CONSTRAINT known_outcome;
CALL fill_folders();
