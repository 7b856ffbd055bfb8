//! The order of objects: each after what it needs, otherwise by kind and name.

use std::collections::{BTreeMap, BTreeSet};

use super::{KINDS, ObjectId, QualifiedName, Writer};

/// An object's place among those that are ready: by whether something that it would rather come after is
/// still missing, by kind, by name.
type Rank<'a> = (bool, usize, &'a ObjectId);

/// Objects that are still to be written. A part that can be written with its whole is taken out of it there;
/// one that cannot, such as a foreign key to a table that comes later, comes when all that it needs is there.
pub(super) struct Order<'a> {
    left: BTreeMap<&'a ObjectId, Left<'a>>,
    /// Objects that wait for an object.
    waiting: BTreeMap<&'a ObjectId, Vec<&'a ObjectId>>,
    /// Tables that would rather come after an object, so that their parts can stand with them.
    preferring: BTreeMap<&'a ObjectId, Vec<&'a ObjectId>>,
    ready: BTreeSet<Rank<'a>>,
}

struct Left<'a> {
    /// Objects that it needs and that are not written yet.
    needs: BTreeSet<&'a ObjectId>,
    /// Objects that its parts need and that are not written yet.
    prefers: BTreeSet<&'a ObjectId>,
    rank: usize,
}

impl<'a> Order<'a> {
    pub(super) fn new(writer: &Writer<'a>) -> Self {
        let nodes = Nodes::new(writer);
        let mut order = Self {
            left: BTreeMap::new(),
            waiting: BTreeMap::new(),
            preferring: BTreeMap::new(),
            ready: BTreeSet::new(),
        };
        let mut prefers: BTreeMap<&ObjectId, BTreeSet<&'a ObjectId>> = BTreeMap::new();
        for (&object, needs) in &nodes.needs {
            if let Some(&whole) = nodes.wholes.get(object) {
                let beyond = needs.iter().copied().filter(|&needed| {
                    needed != whole && nodes.wholes.get(needed) != Some(&whole) && needed != object
                });
                let tops = beyond.map(|needed| nodes.wholes.get(needed).copied().unwrap_or(needed));
                prefers.entry(whole).or_default().extend(tops);
            }
        }
        for (object, needs) in nodes.needs {
            let rank = KINDS.iter().position(|kind| *kind == object.kind()).unwrap_or(KINDS.len());
            let prefers = prefers.remove(object).unwrap_or_default();
            for &needed in &needs {
                order.waiting.entry(needed).or_default().push(object);
            }
            for &preferred in &prefers {
                order.preferring.entry(preferred).or_default().push(object);
            }
            let left = Left { needs, prefers, rank };
            if left.needs.is_empty() {
                order.ready.insert(left.place(object));
            }
            order.left.insert(object, left);
        }
        order
    }

    /// The next object to write. Where objects need each other in a circle, the first of them.
    pub(super) fn next(&mut self) -> Option<&'a ObjectId> {
        let first = self.ready.pop_first().map(|(_, _, object)| object);
        let object = first.or_else(|| {
            let by_kind = self.left.iter().min_by_key(|(object, left)| (left.rank, **object));
            by_kind.map(|(object, _)| *object)
        })?;
        self.written(object);
        Some(object)
    }

    /// Takes a part out whose needs are there; says whether they were.
    pub(super) fn take(&mut self, part: &'a ObjectId) -> bool {
        let is_ready = self.left.get(part).is_some_and(|left| left.needs.is_empty());
        if is_ready {
            self.written(part);
        }
        is_ready
    }

    /// A constraint may refer to others of its table that stand in the same statement.
    pub(super) fn take_all<'p>(&mut self, parts: impl Iterator<Item = &'p ObjectId>) -> Vec<&'a ObjectId>
    where
        'a: 'p,
    {
        let mut waiting: Vec<&ObjectId> = parts.collect();
        let mut taken = Vec::new();
        loop {
            let before = waiting.len();
            waiting.retain(|part| {
                let Some((&key, _)) = self.left.get_key_value(*part) else { return false };
                let is_taken = self.take(key);
                if is_taken {
                    taken.push(key);
                }
                !is_taken
            });
            if waiting.len() == before {
                taken.sort_unstable();
                return taken;
            }
        }
    }

    /// Returns whether an object is still to be written.
    pub(super) fn is_left(&self, object: &ObjectId) -> bool {
        self.left.contains_key(object)
    }

    fn written(&mut self, object: &'a ObjectId) {
        let Some(left) = self.left.remove(object) else { return };
        self.ready.remove(&left.place(object));
        for waiting in self.waiting.remove(object).unwrap_or_default() {
            if let Some(left) = self.left.get_mut(waiting) {
                left.needs.remove(object);
                if left.needs.is_empty() {
                    self.ready.insert(left.place(waiting));
                }
            }
        }
        for preferring in self.preferring.remove(object).unwrap_or_default() {
            if let Some(left) = self.left.get_mut(preferring) {
                let before = left.place(preferring);
                left.prefers.remove(object);
                if self.ready.remove(&before) {
                    self.ready.insert(left.place(preferring));
                }
            }
        }
    }
}

impl<'a> Left<'a> {
    fn place(&self, object: &'a ObjectId) -> Rank<'a> {
        (!self.prefers.is_empty(), self.rank, object)
    }
}

/// The objects that are written one by one, with what each needs among them.
pub(super) struct Nodes<'a> {
    pub(super) needs: BTreeMap<&'a ObjectId, BTreeSet<&'a ObjectId>>,
    /// The table, view or type that a part belongs to.
    wholes: BTreeMap<&'a ObjectId, &'a ObjectId>,
    /// The object whose statement makes another one: a column's table, an index's constraint.
    pub(super) stands_for: BTreeMap<&'a ObjectId, &'a ObjectId>,
}

impl<'a> Nodes<'a> {
    pub(super) fn new(writer: &Writer<'a>) -> Self {
        let catalog = writer.catalog;
        let wholes = Self::relations(writer);
        let mut nodes = Self { needs: BTreeMap::new(), wholes: BTreeMap::new(), stands_for: BTreeMap::new() };
        // Objects by themselves, and what stands for each other object.
        let mut stands_for: BTreeMap<&'a ObjectId, &'a ObjectId> = BTreeMap::new();
        for (object, _) in catalog.iter() {
            let whole = || wholes.get(&catalog.whole(object)?).copied();
            match object {
                ObjectId::Column(_) => {
                    if let Some(whole) = whole() {
                        stands_for.insert(object, whole);
                    }
                }
                ObjectId::Index(_) => match writer.constraint_of(object) {
                    Some(constraint) => drop(stands_for.insert(object, constraint)),
                    None => nodes.part(object, whole()),
                },
                ObjectId::Statistics(_) => nodes.part(object, whole()),
                ObjectId::Constraint(_) | ObjectId::Trigger(_) | ObjectId::Rule(_) | ObjectId::Policy(_) => {
                    match whole() {
                        Some(domain @ ObjectId::Domain(_)) => drop(stands_for.insert(object, domain)),
                        whole => nodes.part(object, whole),
                    }
                }
                ObjectId::Sequence(_)
                    if catalog.sequence_owner(object).is_some_and(|owner| owner.is_identity) =>
                {
                    if let Some(table) = whole() {
                        stands_for.insert(object, table);
                    }
                }
                _ if KINDS.contains(&object.kind()) => drop(nodes.needs.insert(object, BTreeSet::new())),
                _ => {}
            }
        }
        for (dependent, needed) in catalog.all_dependencies() {
            nodes.edge(dependent, needed, &stands_for, &wholes);
        }
        nodes.published_schemas();
        nodes.stands_for = stands_for;
        nodes
    }

    /// What a schema in a publication needs follows from its name; servers before 15 have none to ask for.
    fn published_schemas(&mut self) {
        let all: Vec<&'a ObjectId> = self.needs.keys().copied().collect();
        for object in all {
            let ObjectId::PublishedSchema(name) = object else { continue };
            let needed =
                [ObjectId::Publication(name.publication.clone()), ObjectId::Schema(name.schema.clone())];
            let found: Vec<&'a ObjectId> =
                needed.iter().filter_map(|object| Some(*self.needs.get_key_value(object)?.0)).collect();
            self.needs.entry(object).or_default().extend(found);
        }
    }

    /// Tables, views and types by name: those that have parts.
    fn relations(writer: &Writer<'a>) -> BTreeMap<&'a QualifiedName, &'a ObjectId> {
        let objects = writer.catalog.iter().map(|(object, _)| object);
        objects.filter_map(|object| Some((object.as_whole()?, object))).collect()
    }

    fn part(&mut self, object: &'a ObjectId, whole: Option<&'a ObjectId>) {
        self.needs.entry(object).or_default().extend(whole);
        if let Some(whole) = whole {
            self.wholes.insert(object, whole);
        }
    }

    fn edge(
        &mut self,
        dependent: &'a ObjectId,
        needed: &'a ObjectId,
        stands_for: &BTreeMap<&ObjectId, &'a ObjectId>,
        wholes: &BTreeMap<&'a QualifiedName, &'a ObjectId>,
    ) {
        // OWNED BY is written with the table.
        if matches!(dependent, ObjectId::Sequence(_))
            && matches!(needed, ObjectId::Column(_) | ObjectId::Table(_))
        {
            return;
        }
        if let ObjectId::Default(column) = dependent
            && !self.needs.contains_key(dependent)
        {
            self.part(dependent, wholes.get(&column.whole).copied());
        }
        let node = |object: &'a ObjectId, needs: &BTreeMap<&'a ObjectId, BTreeSet<&'a ObjectId>>| {
            let relation = match object {
                ObjectId::RowType(name) => wholes.get(name).copied(),
                _ => None,
            };
            let object = relation.or_else(|| stands_for.get(object).copied()).unwrap_or(object);
            needs.get_key_value(object).map(|(node, _)| *node)
        };
        if let (Some(dependent), Some(needed)) = (node(dependent, &self.needs), node(needed, &self.needs))
            && dependent != needed
            && let Some(needs) = self.needs.get_mut(dependent)
        {
            needs.insert(needed);
        }
    }
}
