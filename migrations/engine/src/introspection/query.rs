//! The queries that a catalog is read by, put together of their parts.

/// One query a kind, or a property of many kinds, and one row a property: kind, name, property, value. These
/// are of relations and what belongs to them alone.
const OF_RELATIONS: [&str; 9] = [
    include_str!("facts/relation.sql"),
    include_str!("facts/index.sql"),
    include_str!("facts/sequence.sql"),
    include_str!("facts/column.sql"),
    include_str!("facts/trigger.sql"),
    include_str!("facts/constraint_trigger.sql"),
    include_str!("facts/rule.sql"),
    include_str!("facts/policy.sql"),
    include_str!("facts/foreign_table.sql"),
];

/// The same of relations and of other objects, whichever are in scope.
const OF_ANY: [&str; 6] = [
    include_str!("facts/constraint.sql"),
    include_str!("facts/option.sql"),
    include_str!("facts/privileges.sql"),
    include_str!("facts/comment.sql"),
    include_str!("facts/security_label.sql"),
    include_str!("facts/extension_dependency.sql"),
];

/// The same of other objects alone.
const OF_OTHERS: [&str; 31] = [
    include_str!("facts/statistics.sql"),
    include_str!("facts/schema.sql"),
    include_str!("facts/routine.sql"),
    include_str!("facts/type.sql"),
    include_str!("facts/extension.sql"),
    include_str!("facts/operator.sql"),
    include_str!("facts/operator_family.sql"),
    include_str!("facts/operator_class.sql"),
    include_str!("facts/cast.sql"),
    include_str!("facts/transform.sql"),
    include_str!("facts/collation.sql"),
    include_str!("facts/conversion.sql"),
    include_str!("facts/text_search_configuration.sql"),
    include_str!("facts/text_search_dictionary.sql"),
    include_str!("facts/text_search_parser.sql"),
    include_str!("facts/text_search_template.sql"),
    include_str!("facts/language.sql"),
    include_str!("facts/access_method.sql"),
    include_str!("facts/event_trigger.sql"),
    include_str!("facts/foreign_data_wrapper.sql"),
    include_str!("facts/server.sql"),
    include_str!("facts/user_mapping.sql"),
    include_str!("facts/publication.sql"),
    include_str!("facts/published_table.sql"),
    include_str!("facts/published_schema.sql"),
    include_str!("facts/database_setting.sql"),
    include_str!("facts/database.sql"),
    include_str!("facts/subscription.sql"),
    include_str!("facts/database_privileges.sql"),
    include_str!("facts/default_privileges.sql"),
    include_str!("facts/unmodeled.sql"),
];

/// The user's relations, as a beginning of other queries.
const RELATIONS: &str = include_str!("scope/relations.sql");

/// All other objects, with what is said of any.
const ALL: &str = include_str!("scope/all.sql");

/// The condition for no relation at all.
const NO_RELATION: &str = "AND false";

/// Which relations are read again, and the condition for it.
const CHANGED: (&str, &str) = (include_str!("scope/changed.sql"), "AND c.oid IN (SELECT oid FROM wanted)");

/// No other objects, with what is said of relations.
const RELATIONS_ALONE: &str = include_str!("scope/relations_alone.sql");

/// Which relations change together, and the names that others know them by.
const NAMES: &str = include_str!("facts/relation_name.sql");

/// The relations that have names, and those that are not read beside.
const NAMED: &str =
    ",\nnamed AS (SELECT oid, name, kind, relnamespace, relname, relkind FROM relation {kept})";

/// The indexes that are not read again, as relations that have names, and said to be those.
const KEPT: (&str, &str) = (include_str!("scope/kept.sql"), include_str!("facts/kept.sql"));

/// True if there is more to read than the relations.
const BEYOND: &str = include_str!("facts/beyond.sql");

/// The name of the first column of an edge.
pub(super) const DEPENDENT: &str = "dependent";

/// The name of the column that says who reads.
pub(super) const READER: &str = "reader";

/// One row an edge: who needs, and what, each by kind and name.
const DEPENDENCIES: &str = include_str!("dependencies.sql");

/// At the end of a line of SQL that only servers from a major version on can read, which the number after it
/// says.
const SINCE: &str = "-- since ";

/// The query that reads the facts of all relations on servers of a major version.
pub(super) fn of_relations(major: u32) -> String {
    let scope = format!("WITH {}{RELATIONS_ALONE}", relations(""));
    facts(&scope, OF_RELATIONS.iter().chain(&OF_ANY), major)
}

/// The query that reads which relations change together, and their names.
pub(super) fn names(major: u32) -> String {
    let named = NAMED.replace("{kept}", "");
    facts(&format!("WITH {}{named}{RELATIONS_ALONE}", relations("")), [&NAMES].into_iter(), major)
}

/// The query that reads the facts of all objects that are no relations.
pub(super) fn of_others(major: u32) -> String {
    facts(&format!("WITH {}{ALL}", relations(NO_RELATION)), OF_ANY.iter().chain(&OF_OTHERS), major)
}

/// The query that reads the facts of the relations `$1`, and of those that name them or a function that
/// transaction `$2` or a later one wrote. `$3` are the names that the relations had. Indexes that no
/// transaction from `$4` on has written are left out.
pub(super) fn changed(major: u32) -> String {
    let ((wanted, among), (kept, kept_facts)) = (CHANGED, KEPT);
    let named = NAMED.replace("{kept}", kept);
    let scope = format!("WITH {wanted}{}{named}{RELATIONS_ALONE}", relations(among));
    facts(&scope, OF_RELATIONS.iter().chain(&OF_ANY).chain([&NAMES, &BEYOND, &kept_facts]), major)
}

/// The query that reads what depends on what.
pub(super) fn dependencies() -> String {
    format!("WITH {}{ALL}{DEPENDENCIES}", relations(""))
}

/// The query that reads who reads: what is made then is that role's.
pub(super) fn reader() -> String {
    format!("SELECT current_user AS {READER}")
}

fn relations(among: &str) -> String {
    RELATIONS.replace("{among}", among)
}

fn facts<'p>(scope: &str, parts: impl Iterator<Item = &'p &'p str>, major: u32) -> String {
    let parts: Vec<String> = parts.map(|part| readable_by(major, part)).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    format!(
        "{scope} SELECT kind, name, property, value FROM ({}) fact (kind, name, property, value) \
         WHERE value IS NOT NULL",
        parts.join("\nUNION ALL\n")
    )
}

/// The lines of SQL that servers of a major version can read.
fn readable_by(major: u32, sql: &str) -> String {
    let is_readable = |line: &&str| {
        let since = line.rsplit_once(SINCE).and_then(|(_, version)| version.parse().ok());
        since.is_none_or(|since: u32| since <= major)
    };
    sql.lines().filter(is_readable).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_left_out_where_the_server_cannot_read_it() {
        let sql = "a\n, b -- since 15\n, c -- since 17\n-- since long ago\nd";
        assert_eq!(readable_by(16, sql), "a\n, b -- since 15\n-- since long ago\nd");
        for query in [of_relations(14), of_others(14), changed(14), names(14)] {
            assert!(!query.contains(SINCE), "nothing is left that 14 cannot read");
            assert!(!query.contains("UNION ALL\nUNION ALL"));
        }
    }
}
