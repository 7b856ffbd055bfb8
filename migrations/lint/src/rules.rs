//! The rules: a row each.

use squawk_linter::Rule as Squawk;

use super::custom;
use super::rule::{Check, LintRule, Severity};

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
    "require-concurrent-index-creation" Error Check::Squawk(Squawk::RequireConcurrentIndexCreation);
    "require-concurrent-index-deletion" Error Check::Squawk(Squawk::RequireConcurrentIndexDeletion);
    "require-concurrent-reindex" Error Check::Squawk(Squawk::RequireConcurrentReindex);
    "require-concurrent-partition-detach" Error Check::Squawk(Squawk::RequireConcurrentPartitionDetach);
    "constraint-missing-not-valid" Error Check::Squawk(Squawk::ConstraintMissingNotValid);
    "adding-foreign-key-constraint" Error Check::Squawk(Squawk::AddingForeignKeyConstraint);
    "adding-field-with-default" Error Check::Squawk(Squawk::AddingFieldWithDefault);
    "adding-not-nullable-field" Error Check::Squawk(Squawk::AddingNotNullableField);
    "adding-required-field" Error Check::Squawk(Squawk::AddingRequiredField);
    "adding-serial-primary-key-field" Error Check::Squawk(Squawk::AddingSerialPrimaryKeyField);
    "disallowed-unique-constraint" Error Check::Squawk(Squawk::DisallowedUniqueConstraint);
    "changing-column-type" Error Check::Squawk(Squawk::ChangingColumnType);
    "renaming-column" Error Check::Squawk(Squawk::RenamingColumn);
    "renaming-table" Error Check::Squawk(Squawk::RenamingTable);
    "renaming-object" Error Check::Squawk(Squawk::RenamingObject);
    "ban-drop-column" Error Check::Squawk(Squawk::BanDropColumn);
    "ban-drop-table" Error Check::Squawk(Squawk::BanDropTable);
    "ban-drop-schema" Error Check::Squawk(Squawk::BanDropSchema);
    "ban-drop-type" Error Check::Squawk(Squawk::BanDropType);
    "ban-drop-view" Error Check::Squawk(Squawk::BanDropView);
    "ban-drop-function" Error Check::Squawk(Squawk::BanDropFunction);
    "ban-drop-sequence" Error Check::Squawk(Squawk::BanDropSequence);
    "ban-drop-domain" Error Check::Squawk(Squawk::BanDropDomain);
    "ban-drop-extension" Error Check::Squawk(Squawk::BanDropExtension);
    "ban-drop-constraint" Error Check::Squawk(Squawk::BanDropConstraint);
    "ban-drop-default" Error Check::Squawk(Squawk::BanDropDefault);
    "ban-set-default" Warning Check::Squawk(Squawk::BanSetDefault);
    "ban-drop-not-null" Error Check::Squawk(Squawk::BanDropNotNull);
    "ban-drop-generated-expression" Error Check::Squawk(Squawk::BanDropGeneratedExpression);
    "ban-set-schema" Error Check::Squawk(Squawk::BanSetSchema);
    "ban-alter-identity" Error Check::Squawk(Squawk::BanAlterIdentity);
    "ban-truncate-cascade" Error Check::Squawk(Squawk::BanTruncateCascade);
    "ban-create-domain-with-constraint" Error Check::Squawk(Squawk::BanCreateDomainWithConstraint);
    "ban-alter-domain-with-add-constraint" Error Check::Squawk(Squawk::BanAlterDomainWithAddConstraint);
    "identifier-too-long" Error Check::Squawk(Squawk::IdentifierTooLong);
    "require-enum-value-ordering" Warning Check::Squawk(Squawk::RequireEnumValueOrdering);
    "prefer-robust-stmts" Warning Check::Squawk(Squawk::PreferRobustStmts);
    "ban-duplicate-column-assignments" Error Check::Squawk(Squawk::BanDuplicateColumnAssignments);
    "prefer-bigint-over-int" Warning Check::Squawk(Squawk::PreferBigintOverInt);
    "prefer-bigint-over-smallint" Warning Check::Squawk(Squawk::PreferBigintOverSmallint);
    "prefer-identity" Warning Check::Squawk(Squawk::PreferIdentity);
    "prefer-text-field" Warning Check::Squawk(Squawk::PreferTextField);
    "prefer-timestamp-tz" Warning Check::Squawk(Squawk::PreferTimestampTz);
    "ban-char-field" Warning Check::Squawk(Squawk::BanCharField);
    "ban-drop-database" Error Check::Squawk(Squawk::BanDropDatabase);
    "ban-disable-trigger" Error Check::Squawk(Squawk::BanDisableTrigger);
    "ban-drop-policy" Error Check::Squawk(Squawk::BanDropPolicy);
    "ban-alter-generated-expression" Error Check::Squawk(Squawk::BanAlterGeneratedExpression);
    "syntax-error" Error Check::Syntax;
    "psql-command" Error Check::Custom(custom::psql_command);
    "needs-no-transaction" Error Check::Custom(custom::needs_no_transaction);
    "adding-column-with-constraint" Error Check::Tree;
    "adding-exclusion-constraint" Error Check::Tree;
    "primary-key-over-nullable-columns" Error Check::Tree;
    "concurrently-in-transaction" Error Check::Custom(custom::concurrently_in_transaction);
    "vacuum-full" Error Check::Custom(custom::vacuum_full);
    "rename-enum-value" Error Check::Custom(custom::rename_enum_value);
    "validate-with-constraint" Error Check::Custom(custom::validate_with_constraint);
    "work-under-exclusive-lock" Error Check::Custom(custom::work_under_exclusive_lock);
    "backfill-in-one-statement" Warning Check::Custom(custom::backfill_in_one_statement);
    "prefer-jsonb" Warning Check::Custom(custom::prefer_jsonb);
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
