//! A catalog with what planning looks up in it.

use std::collections::{BTreeMap, BTreeSet};

use model::{Catalog, DefaultPrivilegesName, ObjectId, PartName, Property, QualifiedName, Statements};

pub(crate) struct Side<'a> {
    pub(crate) catalog: &'a Catalog,
    pub(crate) statements: Statements<'a>,
    /// The default privileges that may act on what is made on the way here.
    pub(crate) defaults: Vec<&'a DefaultPrivilegesName>,
    /// The objects that need an object, both of those that are made by statements of their own.
    dependents: BTreeMap<&'a ObjectId, BTreeSet<&'a ObjectId>>,
    /// The same by column.
    of_columns: BTreeMap<&'a ObjectId, BTreeSet<&'a ObjectId>>,
    /// The sequences that columns own and that are no identities'.
    owned: BTreeMap<PartName, &'a ObjectId>,
}

impl<'a> Side<'a> {
    /// A catalog, and the one that it is to become.
    pub(crate) fn pair(from: &'a Catalog, to: &'a Catalog) -> (Self, Self) {
        let defaults =
            [from, to].into_iter().flat_map(Catalog::iter).filter_map(|(object, _)| match object {
                ObjectId::DefaultPrivileges(name) => Some(name),
                _ => None,
            });
        (Self::new(from, Vec::new()), Self::new(to, defaults.collect()))
    }

    fn new(catalog: &'a Catalog, defaults: Vec<&'a DefaultPrivilegesName>) -> Self {
        let statements = Statements::new(catalog);
        let mut dependents: BTreeMap<&'a ObjectId, BTreeSet<&'a ObjectId>> = BTreeMap::new();
        for (object, needs) in statements.needs() {
            for needed in needs {
                dependents.entry(*needed).or_default().insert(*object);
            }
        }
        let mut of_columns: BTreeMap<&'a ObjectId, BTreeSet<&'a ObjectId>> = BTreeMap::new();
        for (dependent, needed) in catalog.all_dependencies() {
            if matches!(needed, ObjectId::Column(_)) {
                let maker = statements.maker(dependent);
                if let Some((node, _)) = statements.needs().get_key_value(maker) {
                    of_columns.entry(needed).or_default().insert(*node);
                }
            }
        }
        let sequences = catalog.iter().map(|(object, _)| object);
        let owned =
            sequences.filter(|object| matches!(object, ObjectId::Sequence(_))).filter_map(|sequence| {
                let owner = catalog.sequence_owner(sequence).filter(|owner| !owner.is_identity)?;
                Some((owner.column, sequence))
            });
        let owned = owned.collect();
        Self { catalog, statements, defaults, dependents, of_columns, owned }
    }

    pub(crate) fn value(&self, object: &ObjectId, property: &Property) -> Option<&'a str> {
        self.catalog.value(object, property)
    }

    /// The object itself as this catalog has it.
    pub(crate) fn node(&self, object: &ObjectId) -> Option<&'a ObjectId> {
        self.statements.needs().get_key_value(object).map(|(node, _)| *node)
    }

    pub(crate) fn is_node(&self, object: &ObjectId) -> bool {
        self.statements.needs().contains_key(object)
    }

    pub(crate) fn needs(&self, object: &ObjectId) -> impl Iterator<Item = &'a ObjectId> {
        self.statements.needs().get(object).into_iter().flatten().copied()
    }

    pub(crate) fn dependents(&self, object: &ObjectId) -> impl Iterator<Item = &'a ObjectId> {
        self.dependents.get(object).into_iter().flatten().copied()
    }

    pub(crate) fn dependents_of_column(&self, column: &ObjectId) -> impl Iterator<Item = &'a ObjectId> {
        self.of_columns.get(column).into_iter().flatten().copied()
    }

    /// The sequence that a column owns and that is no identity's.
    pub(crate) fn owned_sequence(&self, column: &PartName) -> Option<&'a ObjectId> {
        self.owned.get(column).copied()
    }

    /// The table, view, type or publication that an object belongs to.
    pub(crate) fn whole(&self, object: &ObjectId) -> Option<&'a ObjectId> {
        let name = match object {
            ObjectId::Default(part) => part.whole.clone(),
            ObjectId::PublishedTable(of) => {
                return self.node(&ObjectId::Publication(of.publication.clone()));
            }
            ObjectId::PublishedSchema(of) => {
                return self.node(&ObjectId::Publication(of.publication.clone()));
            }
            _ => self.catalog.whole(object)?,
        };
        self.relation(&name)
    }

    /// The relation or type of a name.
    pub(crate) fn relation(&self, name: &QualifiedName) -> Option<&'a ObjectId> {
        let kinds = [
            ObjectId::Table(name.clone()),
            ObjectId::ForeignTable(name.clone()),
            ObjectId::View(name.clone()),
            ObjectId::MaterializedView(name.clone()),
            ObjectId::CompositeType(name.clone()),
            ObjectId::Domain(name.clone()),
        ];
        kinds.iter().find_map(|object| self.node(object))
    }

    /// What makes the index that an index is attached to.
    pub(crate) fn attached_to(&self, index: &ObjectId) -> Option<&'a ObjectId> {
        let parent = QualifiedName::parse(self.value(index, &Property::AttachedTo)?)?;
        self.node(self.statements.maker(&ObjectId::Index(parent)))
    }

    /// Returns whether a table is partitioned, whose indexes cannot be built concurrently.
    pub(crate) fn is_partitioned(&self, table: &ObjectId) -> bool {
        self.value(table, &Property::PartitionedBy).is_some()
    }
}
