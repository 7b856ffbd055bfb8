//! A catalog with what planning looks up in it.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    CastName, Catalog, DefaultPrivilegesName, Ident, ObjectId, PartName, Property, QualifiedName, Statements,
};

/// The properties that name a table's parents.
const PARENTS: [Property; 2] = [Property::PartitionOf, Property::Inherits];

pub(crate) struct Side<'a> {
    pub(crate) catalog: &'a Catalog,
    pub(crate) statements: Statements<'a>,
    /// The default privileges that may act on what is made on the way here.
    pub(crate) defaults: Vec<&'a DefaultPrivilegesName>,
    /// The objects that need an object, both of those that are made by statements of their own.
    dependents: BTreeMap<&'a ObjectId, BTreeSet<&'a ObjectId>>,
    /// The same by column.
    of_columns: BTreeMap<&'a ObjectId, BTreeSet<&'a ObjectId>>,
    /// What depends on a domain or a composite type itself, columns and routines as well.
    of_types: BTreeMap<&'a ObjectId, Vec<&'a ObjectId>>,
    /// The sequences that columns own and that are no identities'.
    owned: BTreeMap<PartName, &'a ObjectId>,
    /// The names that objects in schemas have.
    names: BTreeSet<&'a QualifiedName>,
    /// The tables, views and types that have parts, by their names.
    relations: BTreeMap<&'a QualifiedName, &'a ObjectId>,
    /// The one that each object belongs to.
    wholes: BTreeMap<&'a ObjectId, &'a ObjectId>,
    pub(crate) casts: Vec<&'a CastName>,
    /// The tables and schemas of each publication.
    pub(crate) published: BTreeMap<&'a Ident, Vec<&'a ObjectId>>,
    /// The tables that have a table for a parent.
    children: BTreeMap<QualifiedName, Vec<&'a ObjectId>>,
    /// The triggers of tables with partitions, not all of whose triggers that follow it have its state.
    uneven: BTreeSet<&'a ObjectId>,
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
        let mut of_types: BTreeMap<&'a ObjectId, Vec<&'a ObjectId>> = BTreeMap::new();
        for (dependent, needed) in catalog.all_dependencies() {
            match needed {
                ObjectId::Column(_) => {
                    let maker = statements.maker(dependent);
                    if let Some((node, _)) = statements.needs().get_key_value(maker) {
                        of_columns.entry(needed).or_default().insert(*node);
                    }
                }
                ObjectId::Domain(_) | ObjectId::CompositeType(_) => {
                    of_types.entry(needed).or_default().push(dependent);
                }
                _ => {}
            }
        }
        let mut side = Self {
            catalog,
            statements,
            defaults,
            dependents,
            of_columns,
            of_types,
            owned: BTreeMap::new(),
            names: BTreeSet::new(),
            relations: BTreeMap::new(),
            wholes: BTreeMap::new(),
            casts: Vec::new(),
            published: BTreeMap::new(),
            children: BTreeMap::new(),
            uneven: BTreeSet::new(),
        };
        catalog.iter().for_each(|(object, _)| side.list(object));
        let nodes = || side.statements.needs().keys().copied();
        side.relations = nodes().filter_map(|node| Some((node.as_whole()?, node))).collect();
        side.wholes = nodes().filter_map(|node| Some((node, side.find_whole(node)?))).collect();
        side.uneven = side.find_uneven();
        side
    }

    fn find_uneven(&self) -> BTreeSet<&'a ObjectId> {
        let mut uneven = BTreeSet::new();
        let state = |trigger: &ObjectId| self.value(trigger, &Property::State);
        for trigger in self.statements.needs().keys().filter(|node| matches!(node, ObjectId::Trigger(_))) {
            let mut followed =
                self.statements.followed(trigger).filter(|parent| state(parent) != state(trigger));
            while let Some(parent) = followed.filter(|parent| uneven.insert(*parent)) {
                followed = self.statements.followed(parent);
            }
        }
        uneven
    }

    /// Returns whether the triggers that follow this one have its state.
    pub(crate) fn is_even(&self, trigger: &ObjectId) -> bool {
        !self.uneven.contains(trigger)
    }

    /// Adds an object to what is looked up by names.
    fn list(&mut self, object: &'a ObjectId) {
        self.names.extend(object.qualified());
        match object {
            ObjectId::Sequence(_) => {
                let owner = self.catalog.sequence_owner(object).filter(|owner| !owner.is_identity);
                if let Some(owner) = owner {
                    self.owned.insert(owner.column, object);
                }
            }
            ObjectId::Table(_) | ObjectId::ForeignTable(_) => {
                for parent in parents(self.catalog, object).collect::<Vec<_>>() {
                    self.children.entry(parent).or_default().push(object);
                }
            }
            ObjectId::Cast(name) => self.casts.push(name),
            ObjectId::PublishedTable(name) => {
                self.published.entry(&name.publication).or_default().push(object)
            }
            ObjectId::PublishedSchema(name) => {
                self.published.entry(&name.publication).or_default().push(object)
            }
            _ => {}
        }
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

    /// What depends on a domain or a composite type itself: its own parts, columns, routines.
    pub(crate) fn dependents_of_type(&self, kind: &ObjectId) -> impl Iterator<Item = &'a ObjectId> {
        self.of_types.get(kind).into_iter().flatten().copied()
    }

    /// Returns whether an object in a schema has a name, whatever its kind.
    pub(crate) fn is_named(&self, name: &QualifiedName) -> bool {
        self.names.contains(name)
    }

    /// The tables that are a table's partitions or inherit from it.
    pub(crate) fn children(&self, table: &QualifiedName) -> impl Iterator<Item = &'a ObjectId> {
        self.children.get(table).into_iter().flatten().copied()
    }

    /// The tables that a table is a partition of or inherits from.
    pub(crate) fn parents(&self, table: &ObjectId) -> impl Iterator<Item = &'a ObjectId> {
        parents(self.catalog, table).filter_map(|parent| self.relation(&parent))
    }

    /// The tables that are a table's partitions or inherit from it, and those of these.
    pub(crate) fn heirs(&self, table: &QualifiedName) -> BTreeSet<&'a ObjectId> {
        let (mut found, mut waiting) = (BTreeSet::new(), vec![table]);
        while let Some(parent) = waiting.pop() {
            for table in self.children(parent) {
                if found.insert(table) {
                    waiting.extend(table.as_whole());
                }
            }
        }
        found
    }

    /// The partitions of a table, and those of these.
    pub(crate) fn partitions(&self, table: &ObjectId) -> BTreeSet<&'a ObjectId> {
        let mut heirs = table.as_whole().map(|name| self.heirs(name)).unwrap_or_default();
        heirs.retain(|table| self.value(table, &Property::PartitionOf).is_some());
        heirs
    }

    /// The table that a partition is one of.
    pub(crate) fn parent(&self, partition: &ObjectId) -> Option<&'a ObjectId> {
        self.relation(&QualifiedName::parse(self.value(partition, &Property::PartitionOf)?)?)
    }

    /// The sequence that a column owns and that is no identity's.
    pub(crate) fn owned_sequence(&self, column: &PartName) -> Option<&'a ObjectId> {
        self.owned.get(column).copied()
    }

    /// The table, view, type or publication that an object belongs to.
    pub(crate) fn whole(&self, object: &ObjectId) -> Option<&'a ObjectId> {
        match self.is_node(object) {
            true => self.wholes.get(object).copied(),
            false => self.find_whole(object),
        }
    }

    fn find_whole(&self, object: &ObjectId) -> Option<&'a ObjectId> {
        let publication = |name: &Ident| self.node(&ObjectId::Publication(name.clone()));
        match object {
            ObjectId::Default(part) => self.relation(&part.whole),
            ObjectId::PublishedTable(of) => publication(&of.publication),
            ObjectId::PublishedSchema(of) => publication(&of.publication),
            _ => self.relation(&self.catalog.whole(object)?),
        }
    }

    /// The relation or type of a name.
    pub(crate) fn relation(&self, name: &QualifiedName) -> Option<&'a ObjectId> {
        self.relations.get(name).copied()
    }

    /// What makes the index that an index is attached to.
    pub(crate) fn attached_to(&self, index: &ObjectId) -> Option<&'a ObjectId> {
        let parent = QualifiedName::parse(self.value(index, &Property::AttachedTo)?)?;
        self.node(self.statements.maker(&ObjectId::Index(parent)))
    }

    pub(crate) fn is_foreign_key(&self, object: &ObjectId) -> bool {
        let is_foreign = |definition: &str| definition.starts_with("FOREIGN KEY");
        matches!(object, ObjectId::Constraint(_))
            && self.value(object, &Property::Definition).is_some_and(is_foreign)
    }

    pub(crate) fn is_primary_key(&self, object: &ObjectId) -> bool {
        let is_primary = |definition: &str| definition.starts_with("PRIMARY KEY");
        matches!(object, ObjectId::Constraint(_))
            && self.value(object, &Property::Definition).is_some_and(is_primary)
    }

    /// Returns whether a table is partitioned, whose indexes cannot be built concurrently.
    pub(crate) fn is_partitioned(&self, table: &ObjectId) -> bool {
        self.value(table, &Property::PartitionedBy).is_some()
    }
}

/// The names of a table's parents.
fn parents(catalog: &Catalog, table: &ObjectId) -> impl Iterator<Item = QualifiedName> {
    let lists = PARENTS.iter().filter_map(|property| catalog.value(table, property));
    lists.flat_map(|list| list.split(", ")).filter_map(QualifiedName::parse)
}
