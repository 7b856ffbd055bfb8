//! Functions, procedures and aggregates.

use model::Property;

use super::own::Own;
use crate::names::items;

/// What Postgres changes of an aggregate by no CREATE OR REPLACE: what it returns, and its kind.
const FIXED: [&str; 4] = ["STYPE", "FINALFUNC", "FINALFUNC_EXTRA", "HYPOTHETICAL"];

impl Own<'_, '_> {
    /// CREATE OR REPLACE changes all but what it takes and returns, and takes away no default.
    pub(super) fn routine(&mut self) {
        let Some(text) = self.after(&Property::Definition).filter(|_| self.has(&Property::Definition)) else {
            return;
        };
        let before = self.from.value(self.node, &Property::Definition).unwrap_or_default();
        self.is_replaced = !is_called_alike(head(before), head(text));
        if !self.is_replaced {
            self.sql.push(format!("{};\n", text.trim_end()));
            self.known.push(Property::Definition);
        }
    }

    pub(super) fn aggregate(&mut self) {
        let (before, after) = self.values(&Property::Definition);
        self.is_replaced = before.map(fixed) != after.map(fixed);
        if self.has(&Property::Definition) && !self.is_replaced {
            let text = after.unwrap_or_default().replacen("()", "(*)", 1);
            self.sql.push(text.replacen("CREATE ", "CREATE OR REPLACE ", 1) + ";\n");
            self.known.push(Property::Definition);
        }
    }
}

/// A definition up to its language: the name, the arguments, what it returns.
fn head(definition: &str) -> &str {
    definition.split("\n LANGUAGE ").next().unwrap_or_default()
}

/// Returns whether two routines differ in the defaults of arguments at most, and the second has one wherever
/// the first has.
fn is_called_alike(before: &str, after: &str) -> bool {
    let (Some((old, old_end)), Some((new, new_end))) = (arguments(before), arguments(after)) else {
        return before == after;
    };
    let is_alike = |(before, after): (&&str, &&str)| {
        let ((was, default), (is, now)) = (without_default(before), without_default(after));
        was == is && (!default || now)
    };
    old.len() == new.len() && old_end == new_end && old.iter().zip(&new).all(is_alike)
}

/// The arguments of a definition, and what follows them.
fn arguments(head: &str) -> Option<(Vec<&str>, &str)> {
    let begin = items(head, "(").first()?.len() + 1;
    let rest = head.get(begin..)?;
    let list = items(rest, ")").first().copied()?;
    Some((items(list, ","), rest.get(list.len()..)?))
}

/// An argument without its default, and whether it has one.
fn without_default(argument: &str) -> (&str, bool) {
    match items(argument, " DEFAULT ").as_slice() {
        [bare, _, ..] => (bare.trim(), true),
        _ => (argument.trim(), false),
    }
}

/// What must stay of an aggregate.
fn fixed(definition: &str) -> Vec<&str> {
    let options = definition.split_once(") (").map_or("", |(_, options)| options);
    let is_fixed = |option: &&str| {
        let word = option.split(' ').next().unwrap_or_default().trim_end_matches(')');
        FIXED.contains(&word)
    };
    items(options, ",")
        .into_iter()
        .map(|option| option.trim().trim_end_matches(')'))
        .filter(is_fixed)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_routine_is_called_alike_unless_a_default_goes() {
        let is = |before: &str, after: &str| {
            let whole = |arguments: &str| {
                format!("CREATE OR REPLACE FUNCTION public.f({arguments})\n RETURNS integer")
            };
            is_called_alike(&whole(before), &whole(after))
        };
        assert!(is("a integer", "a integer DEFAULT 1"));
        assert!(is("a integer DEFAULT 1", "a integer DEFAULT 2"));
        assert!(is(
            "a text DEFAULT ', DEFAULT )'::text, b text DEFAULT f(1, 2)",
            "a text DEFAULT 'x'::text, b text DEFAULT 'y'::text"
        ));
        assert!(!is("a integer DEFAULT 1", "a integer"));
        assert!(!is("a integer", "b integer"));
        assert!(!is("a integer", "a integer, b integer DEFAULT 1"));
        assert!(is_called_alike(
            "CREATE FUNCTION \"a(\".f()\n RETURNS text",
            "CREATE FUNCTION \"a(\".f()\n RETURNS text"
        ));
        assert!(!is_called_alike(
            "CREATE FUNCTION f()\n RETURNS text",
            "CREATE FUNCTION f()\n RETURNS integer"
        ));
    }

    #[test]
    fn an_aggregate_keeps_its_state_and_its_last_function() {
        let of = |options: &str| format!("CREATE AGGREGATE public.g(integer) ({options})");
        assert_eq!(fixed(&of("SFUNC = int4pl, STYPE = integer")), ["STYPE = integer"]);
        assert_eq!(
            fixed(&of("SFUNC = x, STYPE = numeric, FINALFUNC = y, INITCOND = '(1, 2)'")),
            ["STYPE = numeric", "FINALFUNC = y"]
        );
    }
}
