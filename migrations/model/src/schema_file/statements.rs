//! The statements that make, describe and open single objects of a catalog, for whoever writes only some of
//! them.

use std::collections::{BTreeMap, BTreeSet};

use super::access::{NONE, THE_OWNER, escaped, identifier, is_public_by_default, on_this};
use super::order::Nodes;
use super::parts::set_state;
use super::{
    Catalog, DefaultPrivilegesName, Ident, ObjectId, ObjectKind, PartName, Property, QualifiedName,
    SettingName, Writer, literal,
};

/// The statements of a catalog's objects, one by one. A table's columns are made with it; its constraints,
/// indexes, triggers and so on are objects to be made after it. Each statement ends with a semicolon and a
/// line's end.
pub struct Statements<'a> {
    writer: Writer<'a>,
    needs: BTreeMap<&'a ObjectId, BTreeSet<&'a ObjectId>>,
    stands_for: BTreeMap<&'a ObjectId, &'a ObjectId>,
}

impl<'a> Statements<'a> {
    /// The statements of a catalog, which must have been read with its dependencies. They are for the role
    /// that read it: an object of another owner is given to that one.
    #[must_use]
    pub fn new(catalog: &'a Catalog) -> Self {
        let mut writer = Writer::new(catalog);
        writer.owner = catalog.reader().unwrap_or(writer.owner);
        let nodes = Nodes::new(&writer);
        Self { needs: nodes.needs, stands_for: nodes.stands_for, writer }
    }

    /// The objects that are made by statements of their own, each with those of them that it needs.
    #[must_use]
    pub fn needs(&self) -> &BTreeMap<&'a ObjectId, BTreeSet<&'a ObjectId>> {
        &self.needs
    }

    /// The object whose statements make this one: itself, a column's table, the constraint of an index.
    #[must_use]
    pub fn maker<'b>(&self, object: &'b ObjectId) -> &'b ObjectId
    where
        'a: 'b,
    {
        self.stands_for.get(object).copied().unwrap_or(object)
    }

    /// The statements that make an object, with these constraints in it where it is a table, and its own
    /// comment; without owner and privileges, and not yet a partition of its parent.
    #[must_use]
    pub fn create(&self, object: &'a ObjectId, inline: &[&ObjectId]) -> String {
        let writer = &self.writer;
        match object {
            ObjectId::Table(name) | ObjectId::ForeignTable(name) => {
                let is_later =
                    |default: &ObjectId| self.needs.contains_key(default) && !inline.contains(&default);
                let mut text = writer.table_with(object, name, inline, &is_later);
                let with = inline.iter().flat_map(|constraint| writer.settings_of_index(constraint));
                let how = writer.value(object, Property::ReplicaIdentity);
                let replica = how
                    .filter(|how| matches!(*how, "full" | "nothing"))
                    .map(|how| format!("ALTER TABLE ONLY {name} REPLICA IDENTITY {}", how.to_uppercase()));
                let further = with.chain(writer.row_security(name));
                text += &joined(further.chain(replica));
                text + &self.comments(object, inline)
            }
            ObjectId::View(name) | ObjectId::MaterializedView(name) => {
                let mut text = writer.view(object);
                for (column, own) in writer.columns(name) {
                    if let Some(value) = writer.value(column, Property::Default) {
                        text += &format!("ALTER VIEW {name} ALTER COLUMN {own} SET DEFAULT {value};\n");
                    }
                }
                text + &self.comments(object, &[])
            }
            ObjectId::Default(_)
            | ObjectId::Constraint(_)
            | ObjectId::Index(_)
            | ObjectId::Statistics(_)
            | ObjectId::Trigger(_)
            | ObjectId::Rule(_)
            | ObjectId::Policy(_) => {
                let text = joined(writer.deferred(object));
                match object {
                    ObjectId::Constraint(_) => text + &self.comments(object, &[]),
                    _ => text,
                }
            }
            _ => writer.alone(object) + &self.comments(object, &[]),
        }
    }

    /// The comments on an object, on its columns and on these parts of it.
    fn comments(&self, object: &ObjectId, parts: &[&ObjectId]) -> String {
        let writer = &self.writer;
        let columns = object.as_whole().into_iter().flat_map(|whole| writer.parts(ObjectKind::Column, whole));
        let of_domain = matches!(object, ObjectId::Domain(_));
        let constraints = object
            .as_whole()
            .filter(|_| of_domain)
            .into_iter()
            .flat_map(|whole| writer.parts(ObjectKind::Constraint, whole));
        std::iter::once(object)
            .chain(columns)
            .chain(constraints)
            .chain(parts.iter().copied())
            .filter_map(|object| writer.comment(object))
            .chain([joined(writer.extension_dependencies(object))])
            .collect()
    }

    /// Returns whether a constraint can stand in the statement of its table.
    #[must_use]
    pub fn can_be_inline(&self, table: &ObjectId, constraint: &ObjectId) -> bool {
        self.writer.can_be_inline(table, constraint)
    }

    /// A column as a table's statement and ADD COLUMN have it, with its default; none where a parent brings
    /// it.
    #[must_use]
    pub fn column(&self, table: &ObjectId, column: &'a ObjectId, with_default: bool) -> Option<String> {
        let name = &column.part()?.name;
        let line = self.writer.column_line(table, (column, name), &|_| !with_default)?;
        Some(line.trim().to_owned())
    }

    /// The columns of a table, a view or a type, in their order.
    #[must_use]
    pub fn columns(&self, whole: &QualifiedName) -> Vec<(&'a ObjectId, &'a Ident)> {
        self.writer.columns(whole).collect()
    }

    /// The constraints of a table or a domain.
    pub fn constraints(&self, whole: &QualifiedName) -> impl Iterator<Item = &'a ObjectId> {
        self.writer.parts(ObjectKind::Constraint, whole)
    }

    /// The indexes of a table or a materialized view, those of constraints as well.
    pub fn indexes(&self, whole: &QualifiedName) -> impl Iterator<Item = &'a ObjectId> {
        self.writer.parts(ObjectKind::Index, whole)
    }

    /// The settings of a column's storage and statistics: `SET STORAGE external`.
    #[must_use]
    pub fn settings_of_column(&self, column: &ObjectId) -> Vec<String> {
        self.writer.settings_of_column(column)
    }

    /// The options of an identity column's sequence in parentheses, after a blank; empty if they are the
    /// usual ones.
    #[must_use]
    pub fn identity_options(&self, column: &PartName) -> String {
        self.writer.identity_options(column)
    }

    /// The sequence of an identity column.
    #[must_use]
    pub fn identity_sequence(&self, column: &PartName) -> Option<&'a ObjectId> {
        self.writer.identities.get(column).copied()
    }

    /// The index that a constraint has made.
    #[must_use]
    pub fn index_of(&self, constraint: &PartName) -> Option<&'a ObjectId> {
        self.writer.index_of(constraint)
    }

    /// The definition of a constraint as a statement has it that adds it.
    #[must_use]
    pub fn definition_of_constraint(&self, constraint: &ObjectId) -> Option<String> {
        self.writer.definition_of_constraint(constraint)
    }

    /// The form in which statements refer to an object: `CONSTRAINT c ON t`; none for what has none.
    #[must_use]
    pub fn reference(&self, object: &ObjectId) -> Option<String> {
        self.writer.reference(object)
    }

    /// The statement after which an object has its comment, or none.
    #[must_use]
    pub fn set_comment(&self, object: &ObjectId, comment: Option<&str>) -> Option<String> {
        let text = comment.map_or_else(|| "NULL".to_owned(), literal);
        match object {
            ObjectId::Database(_) => None,
            _ => Some(format!("COMMENT ON {} IS {text};\n", self.reference(object)?)),
        }
    }

    /// The statement after which an object has this owner.
    #[must_use]
    pub fn set_owner(&self, object: &ObjectId, owner: &str) -> Option<String> {
        Some(format!("ALTER {} OWNER TO {};\n", self.reference(object)?, identifier(owner)))
    }

    /// The statement after which a new object has its owner, where that is not the one that most have.
    #[must_use]
    pub fn ownership(&self, object: &ObjectId) -> Option<String> {
        self.writer.ownership(object).map(|statement| statement + ";\n")
    }

    /// The statements after which a new object has its owner, and roles may do with it, its columns and the
    /// sequences of its identity columns what the catalog says. `defaults` are the default privileges that
    /// may have acted when it was made: whom they gave something, or took it from, is set whatever they say.
    #[must_use]
    pub fn access(&self, object: &ObjectId, defaults: &[&DefaultPrivilegesName]) -> String {
        let mut text = self.ownership(object).unwrap_or_default() + &self.grants(object, defaults);
        if let Some(whole) = object.as_whole() {
            for (column, _) in self.columns(whole) {
                text += &self.grants_of_column(column, defaults);
            }
        }
        text
    }

    /// The same of a column, whose owner is its table's.
    #[must_use]
    pub fn grants_of_column(&self, column: &ObjectId, defaults: &[&DefaultPrivilegesName]) -> String {
        let of_sequence = column.part().map(|part| self.access_of_identity(part, defaults));
        self.grants(column, defaults) + &of_sequence.unwrap_or_default()
    }

    /// The same of the sequence of an identity column, and its comment: the column's own statement says
    /// nothing of them.
    #[must_use]
    pub fn access_of_identity(&self, column: &PartName, defaults: &[&DefaultPrivilegesName]) -> String {
        let Some(sequence) = self.identity_sequence(column) else { return String::new() };
        let comment = self.writer.value(sequence, Property::Comment);
        let comment = comment.and_then(|text| self.set_comment(sequence, Some(text)));
        comment.unwrap_or_default() + &self.grants(sequence, defaults)
    }

    fn grants(&self, object: &ObjectId, defaults: &[&DefaultPrivilegesName]) -> String {
        let acting: BTreeSet<&str> =
            defaults.iter().filter_map(|name| self.grantee_by_default(object, name)).collect();
        let set = acting.iter().filter_map(|grantee| self.set_privileges(object, grantee));
        let further =
            self.writer.properties(object).iter().filter_map(|(property, allowed)| match property {
                Property::PrivilegesOf(grantee) if !acting.contains(&**grantee) => {
                    Some(joined(self.writer.grants(object, grantee, allowed)))
                }
                _ => None,
            });
        set.chain(further).collect()
    }

    /// Whose privileges on a new object these default privileges decide; none where they do not act on it.
    fn grantee_by_default<'d>(&self, object: &ObjectId, name: &'d DefaultPrivilegesName) -> Option<&'d str> {
        let kind = object.kind_in_default_privileges()?;
        let is_there = name.schema.is_none() || name.schema.as_ref() == object.schema();
        // They are the maker's, who may give the object away afterwards.
        if &*name.objects != kind || !is_there || name.role.unquoted() != self.writer.owner {
            return None;
        }
        let grantee = name.grantee.unquoted();
        let is_owner = grantee == self.writer.owner
            || Some(grantee.as_str()) == self.writer.value(object, Property::Owner);
        Some(if is_owner { THE_OWNER } else { name.grantee.as_str() })
    }

    /// The statements after which a role may do with an object what the catalog says, whatever it could
    /// before; by default where the catalog says nothing. None where GRANT does not know the kind.
    #[must_use]
    pub fn set_privileges(&self, object: &ObjectId, grantee: &str) -> Option<String> {
        let (on, column) = self.writer.grantable(object)?;
        let to = self.role(object, grantee);
        let all = column.as_ref().map_or_else(|| "ALL".to_owned(), |column| format!("ALL ({column})"));
        let allowed = self.writer.value(object, Property::PrivilegesOf(grantee.into()));
        let Some(allowed) = allowed else {
            let is_usual = grantee == THE_OWNER || grantee == "PUBLIC" && is_public_by_default(object);
            return Some(match is_usual && column.is_none() {
                true => format!("GRANT {} ON {on} TO {to};\n", usual(object, grantee)),
                false => format!("REVOKE {all} ON {on} FROM {to};\n") + &self.of_columns(object, grantee),
            });
        };
        let mut statements = self.writer.grants(object, grantee, allowed);
        let revoke = format!("REVOKE {all} ON {on} FROM {to}");
        if statements.first() != Some(&revoke) {
            statements.insert(0, revoke);
        }
        Some(joined(statements) + &self.of_columns(object, grantee))
    }

    /// The statements that give a role its privileges on columns again, which go with those on the table.
    fn of_columns(&self, object: &ObjectId, grantee: &str) -> String {
        let columns = object.as_whole().into_iter().flat_map(|whole| self.writer.columns(whole));
        let grants = columns.filter_map(|(column, _)| {
            let allowed = self.writer.value(column, Property::PrivilegesOf(grantee.into()))?;
            Some(self.writer.grants(column, grantee, allowed))
        });
        joined(grants.flatten())
    }

    /// The role of a grantee.
    fn role(&self, object: &ObjectId, grantee: &str) -> String {
        let owner = self.writer.value(object, Property::Owner).filter(|owner| *owner != self.writer.owner);
        match grantee {
            THE_OWNER => owner.map_or_else(|| "CURRENT_USER".to_owned(), identifier),
            other => other.to_owned(),
        }
    }

    /// The statements that lead from what a role could do with an object to what the catalog says.
    #[must_use]
    pub fn change_privileges(
        &self,
        object: &ObjectId,
        grantee: &str,
        before: Option<&str>,
        after: Option<&str>,
    ) -> Option<String> {
        let is_usual = (before.is_none() || after.is_none())
            && (grantee == THE_OWNER || grantee == "PUBLIC" && is_public_by_default(object));
        let has_option = |text: &str| text.contains("WITH GRANT OPTION");
        if is_usual || [before, after].iter().flatten().any(|text| has_option(text)) {
            return self.set_privileges(object, grantee);
        }
        let (on, column) = self.writer.grantable(object)?;
        let role = self.role(object, grantee);
        let only = |of: &str, than: &str| -> Vec<String> {
            let others: Vec<&str> = than.split(", ").collect();
            let kept = of.split(", ").filter(|privilege| *privilege != NONE && !others.contains(privilege));
            kept.map(|privilege| match &column {
                Some(column) => format!("{privilege} ({column})"),
                None => privilege.to_owned(),
            })
            .collect()
        };
        let (before, after) = (before.unwrap_or(NONE), after.unwrap_or(NONE));
        let (gone, new) = (only(before, after), only(after, before));
        let mut statements = Vec::new();
        if !gone.is_empty() {
            statements.push(format!("REVOKE {} ON {on} FROM {role}", gone.join(", ")));
            // They are taken from the columns as well.
            let columns = object.as_whole().into_iter().flat_map(|whole| self.columns(whole));
            for (column, _) in columns {
                let kept = self.writer.value(column, Property::PrivilegesOf(grantee.into()));
                let is_taken = |kept: &&str| kept.split(", ").any(|one| gone.iter().any(|g| g == one));
                let kept = kept.filter(is_taken);
                statements
                    .extend(kept.into_iter().flat_map(|kept| self.writer.grants(column, grantee, kept)));
            }
        }
        if !new.is_empty() {
            statements.push(format!("GRANT {} ON {on} TO {role}", new.join(", ")));
        }
        Some(joined(statements))
    }

    /// The statements after which default privileges, or privileges and settings of the database, are what
    /// the catalog says; none for another kind. `is_new`: there were no such default privileges before.
    #[must_use]
    pub fn set_defaults(&self, object: &ObjectId, is_new: bool) -> Option<String> {
        let statements = match object {
            ObjectId::DefaultPrivileges(name) => {
                let mut statements = self.writer.default_privileges(object);
                let revoke = format!("ALTER DEFAULT PRIVILEGES{} REVOKE ALL", scope(name));
                // The owner and PUBLIC have what is usual where nothing else is said.
                let is_usual = name.grantee == name.role || name.grantee.as_str() == "PUBLIC";
                let is_free = is_new && !(name.schema.is_none() && is_usual);
                if !is_free && !statements.first().is_some_and(|first| first.contains("REVOKE ALL")) {
                    statements.insert(0, format!("{revoke} ON {} FROM {}", name.objects, name.grantee));
                }
                statements
            }
            ObjectId::Database(_) | ObjectId::DatabasePrivileges(_) | ObjectId::DatabaseSetting(_) => {
                self.writer.database_statements(object)
            }
            _ => return None,
        };
        Some(joined(statements))
    }

    /// The statement after which the database, or a role in it, has its usual value of a setting.
    #[must_use]
    pub fn unset_in_database(&self, name: &SettingName) -> String {
        let role = name.role.as_ref().map(|role| format!("ROLE {} IN ", escaped(role.as_str())));
        let setting = escaped(&name.setting);
        on_this(&format!("ALTER {}DATABASE %I RESET {setting}", role.unwrap_or_default())) + ";\n"
    }

    /// The statements that make a subscription without connecting; none where that cannot be said.
    #[must_use]
    pub fn create_subscription(&self, object: &ObjectId) -> Option<String> {
        self.writer.create_subscription(object)
    }

    /// The statements that drop a subscription without connecting.
    #[must_use]
    pub fn drop_subscription(&self, object: &ObjectId) -> String {
        self.writer.drop_subscription(object)
    }

    /// The statements that make a subscription of another catalog what it is in this one, without connecting;
    /// none where there is no such way.
    #[must_use]
    pub fn alter_subscription(&self, before: &Catalog, object: &ObjectId) -> Option<String> {
        self.writer.alter_subscription(before, object)
    }

    /// The statement that takes default privileges away which the catalog has.
    #[must_use]
    pub fn unset_defaults(&self, name: &DefaultPrivilegesName) -> String {
        let (objects, grantee) = (&name.objects, name.grantee.as_str());
        let is_owner = grantee == name.role.as_str();
        let scope = scope(name);
        match name.schema.is_none() && (is_owner || grantee == "PUBLIC" && is_open(objects)) {
            true => {
                let all = if is_owner {
                    "ALL"
                } else if &**objects == "TYPES" {
                    "USAGE"
                } else {
                    "EXECUTE"
                };
                format!("ALTER DEFAULT PRIVILEGES{scope} GRANT {all} ON {objects} TO {grantee};\n")
            }
            false => format!("ALTER DEFAULT PRIVILEGES{scope} REVOKE ALL ON {objects} FROM {grantee};\n"),
        }
    }

    /// The statement that puts a trigger or a rule into its state, `ONLY` or with those of partitions.
    #[must_use]
    pub fn set_state(&self, part: &ObjectId, only: bool) -> String {
        let only = if only { "ONLY " } else { "" };
        let table = part.part().map(|part| part.whole.to_string()).unwrap_or_default();
        let set = set_state(part, self.writer.value(part, Property::State));
        format!("ALTER TABLE {only}{table} {set};\n")
    }

    /// The statement that makes a check which is NOT VALID, and which a table must have to join its parent.
    #[must_use]
    pub fn unchecked_before_joining(&self, constraint: &ObjectId) -> Option<String> {
        self.writer.unchecked_before_joining(constraint).map(|statement| statement + ";\n")
    }

    /// The trigger of a table that the trigger of its partition follows.
    #[must_use]
    pub fn followed(&self, trigger: &ObjectId) -> Option<&'a ObjectId> {
        self.writer.followed(trigger)
    }

    /// The statement that makes a policy.
    #[must_use]
    pub fn policy(&self, policy: &ObjectId) -> Option<String> {
        self.writer.policy(policy).map(|statement| statement + ";\n")
    }

    /// The statement that makes a table a partition of its parent.
    #[must_use]
    pub fn attachment(&self, table: &QualifiedName) -> Option<String> {
        self.writer.attachment(table).map(|statement| statement + ";\n")
    }

    /// The settings of an index or a constraint's index by ALTER.
    #[must_use]
    pub fn settings_of_index(&self, part: &ObjectId) -> String {
        joined(self.writer.settings_of_index(part))
    }
}

fn scope(name: &DefaultPrivilegesName) -> String {
    let schema = name.schema.as_ref().map(|schema| format!(" IN SCHEMA {schema}")).unwrap_or_default();
    format!(" FOR ROLE {}{schema}", name.role)
}

/// Returns whether everybody may use new objects of these kinds.
fn is_open(objects: &str) -> bool {
    matches!(objects, "FUNCTIONS" | "TYPES")
}

/// What a grantee may by default.
fn usual(object: &ObjectId, grantee: &str) -> &'static str {
    match (grantee, object) {
        (THE_OWNER, _) => "ALL",
        (_, ObjectId::Function(_) | ObjectId::Procedure(_) | ObjectId::Aggregate(_)) => "EXECUTE",
        (_, ObjectId::SystemPrivileges(name)) => {
            let is_routine = ["function ", "procedure ", "aggregate "]
                .iter()
                .any(|kind| name.to_string().starts_with(kind));
            let is_relation = ["table ", "view "].iter().any(|kind| name.to_string().starts_with(kind));
            match () {
                () if is_routine => "EXECUTE",
                () if is_relation => "SELECT",
                () => "USAGE",
            }
        }
        _ => "USAGE",
    }
}

fn joined(statements: impl IntoIterator<Item = String>) -> String {
    statements.into_iter().map(|statement| statement + ";\n").collect()
}
