CREATE FUNCTION negate(r text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT reverse(r)';
CREATE FUNCTION like_it(l text, r text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT l = r';
CREATE OPERATOR === (LEFTARG = text, RIGHTARG = text, FUNCTION = like_it, RESTRICT = eqsel, JOIN = eqjoinsel);
CREATE OPERATOR @# (RIGHTARG = text, FUNCTION = negate);
