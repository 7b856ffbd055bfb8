CREATE TYPE word AS (w text, lang text);
