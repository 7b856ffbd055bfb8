//! The rules: a row each.

use squawk_linter::Rule as Theirs;

use super::finding::Severity;
use super::ours::{self, Found};
use files::Script;

/// A rule.
#[derive(Clone, Copy)]
pub struct LintRule {
    /// Its name, as `allow` has it.
    pub name: &'static str,
    /// How much its findings weigh.
    pub severity: Severity,
    /// Why, what to write instead, and an example: text for a terminal of 80 columns, its title first.
    pub page: &'static str,
    pub(super) check: Check,
}

/// Who looks.
#[derive(Clone, Copy)]
pub(super) enum Check {
    Squawk(Theirs),
    Ours(fn(&Script) -> Vec<Found>),
    /// The syntax tree: [`super::tree`].
    Tree,
    /// The parser, and where there is a server, the server's.
    Syntax,
    /// Running the file.
    Observed,
    /// The directives themselves.
    Directives,
}

impl LintRule {
    /// What is wrong, in a line.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.page.lines().next().unwrap_or(self.name)
    }
}

/// The rule of a name.
#[must_use]
pub fn lint_rule(name: &str) -> Option<&'static LintRule> {
    RULES.iter().find(|rule| rule.name == name)
}

/// Every rule.
#[must_use]
pub fn lint_rules() -> &'static [LintRule] {
    RULES
}

/// A missing page does not compile.
macro_rules! rules {
    ($($name:literal $severity:ident $check:expr;)*) => {
        &[$(LintRule {
            name: $name,
            severity: Severity::$severity,
            page: include_str!(concat!("pages/", $name, ".md")),
            check: $check,
        }),*]
    };
}

const RULES: &[LintRule] = rules! {
    "require-concurrent-index-creation" Error Check::Squawk(Theirs::RequireConcurrentIndexCreation);
    "require-concurrent-index-deletion" Error Check::Squawk(Theirs::RequireConcurrentIndexDeletion);
    "require-concurrent-reindex" Error Check::Squawk(Theirs::RequireConcurrentReindex);
    "require-concurrent-partition-detach" Error Check::Squawk(Theirs::RequireConcurrentPartitionDetach);
    "constraint-missing-not-valid" Error Check::Squawk(Theirs::ConstraintMissingNotValid);
    "adding-foreign-key-constraint" Error Check::Squawk(Theirs::AddingForeignKeyConstraint);
    "adding-field-with-default" Error Check::Squawk(Theirs::AddingFieldWithDefault);
    "adding-not-nullable-field" Error Check::Squawk(Theirs::AddingNotNullableField);
    "adding-required-field" Error Check::Squawk(Theirs::AddingRequiredField);
    "adding-serial-primary-key-field" Error Check::Squawk(Theirs::AddingSerialPrimaryKeyField);
    "disallowed-unique-constraint" Error Check::Squawk(Theirs::DisallowedUniqueConstraint);
    "changing-column-type" Error Check::Squawk(Theirs::ChangingColumnType);
    "renaming-column" Error Check::Squawk(Theirs::RenamingColumn);
    "renaming-table" Error Check::Squawk(Theirs::RenamingTable);
    "renaming-object" Error Check::Squawk(Theirs::RenamingObject);
    "ban-drop-column" Error Check::Squawk(Theirs::BanDropColumn);
    "ban-drop-table" Error Check::Squawk(Theirs::BanDropTable);
    "ban-drop-schema" Error Check::Squawk(Theirs::BanDropSchema);
    "ban-drop-type" Error Check::Squawk(Theirs::BanDropType);
    "ban-drop-view" Error Check::Squawk(Theirs::BanDropView);
    "ban-drop-function" Error Check::Squawk(Theirs::BanDropFunction);
    "ban-drop-sequence" Error Check::Squawk(Theirs::BanDropSequence);
    "ban-drop-domain" Error Check::Squawk(Theirs::BanDropDomain);
    "ban-drop-extension" Error Check::Squawk(Theirs::BanDropExtension);
    "ban-drop-constraint" Error Check::Squawk(Theirs::BanDropConstraint);
    "ban-drop-default" Error Check::Squawk(Theirs::BanDropDefault);
    "ban-set-default" Warning Check::Squawk(Theirs::BanSetDefault);
    "ban-drop-not-null" Error Check::Squawk(Theirs::BanDropNotNull);
    "ban-drop-generated-expression" Error Check::Squawk(Theirs::BanDropGeneratedExpression);
    "ban-set-schema" Error Check::Squawk(Theirs::BanSetSchema);
    "ban-alter-identity" Error Check::Squawk(Theirs::BanAlterIdentity);
    "ban-truncate-cascade" Error Check::Squawk(Theirs::BanTruncateCascade);
    "ban-create-domain-with-constraint" Error Check::Squawk(Theirs::BanCreateDomainWithConstraint);
    "ban-alter-domain-with-add-constraint" Error Check::Squawk(Theirs::BanAlterDomainWithAddConstraint);
    "identifier-too-long" Error Check::Squawk(Theirs::IdentifierTooLong);
    "require-enum-value-ordering" Warning Check::Squawk(Theirs::RequireEnumValueOrdering);
    "prefer-robust-stmts" Warning Check::Squawk(Theirs::PreferRobustStmts);
    "ban-duplicate-column-assignments" Error Check::Squawk(Theirs::BanDuplicateColumnAssignments);
    "prefer-bigint-over-int" Warning Check::Squawk(Theirs::PreferBigintOverInt);
    "prefer-bigint-over-smallint" Warning Check::Squawk(Theirs::PreferBigintOverSmallint);
    "prefer-identity" Warning Check::Squawk(Theirs::PreferIdentity);
    "prefer-text-field" Warning Check::Squawk(Theirs::PreferTextField);
    "prefer-timestamp-tz" Warning Check::Squawk(Theirs::PreferTimestampTz);
    "ban-char-field" Warning Check::Squawk(Theirs::BanCharField);
    "ban-drop-database" Error Check::Squawk(Theirs::BanDropDatabase);
    "ban-disable-trigger" Error Check::Squawk(Theirs::BanDisableTrigger);
    "ban-drop-policy" Error Check::Squawk(Theirs::BanDropPolicy);
    "ban-alter-generated-expression" Error Check::Squawk(Theirs::BanAlterGeneratedExpression);
    "syntax-error" Error Check::Syntax;
    "psql-command" Error Check::Ours(ours::psql_command);
    "needs-no-transaction" Error Check::Ours(ours::needs_no_transaction);
    "adding-column-with-constraint" Error Check::Tree;
    "adding-exclusion-constraint" Error Check::Tree;
    "primary-key-over-nullable-columns" Error Check::Tree;
    "concurrently-in-transaction" Error Check::Ours(ours::concurrently_in_transaction);
    "vacuum-full" Error Check::Ours(ours::vacuum_full);
    "rename-enum-value" Error Check::Ours(ours::rename_enum_value);
    "validate-with-constraint" Error Check::Ours(ours::validate_with_constraint);
    "work-under-exclusive-lock" Error Check::Ours(ours::work_under_exclusive_lock);
    "backfill-in-one-statement" Warning Check::Ours(ours::backfill_in_one_statement);
    "prefer-jsonb" Warning Check::Ours(ours::prefer_jsonb);
    "foreign-key-without-index" Warning Check::Observed;
    "observed-rewrite" Error Check::Observed;
    "observed-scan-under-lock" Warning Check::Observed;
    "cluster-effect" Warning Check::Observed;
    "unknown-rule" Error Check::Directives;
    "unused-allow" Warning Check::Directives;
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_rule_has_one_name_and_a_page_that_fits_a_terminal() {
        let names: BTreeSet<&str> = RULES.iter().map(|rule| rule.name).collect();
        assert_eq!(names.len(), RULES.len());
        for rule in RULES {
            assert!(rule.page.contains("\n\nInstead: "), "{}", rule.name);
            assert!(rule.page.lines().any(|line| line.starts_with("    ")), "{}: no example", rule.name);
            assert!(rule.page.lines().all(|line| line.chars().count() <= 80), "{}", rule.name);
        }
    }

    #[test]
    fn a_rule_of_squawks_has_squawks_name() {
        for rule in RULES {
            if let Check::Squawk(theirs) = rule.check {
                assert_eq!(theirs.to_string(), rule.name);
            }
        }
    }
}
