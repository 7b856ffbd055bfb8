//! The order of objects: each after what it needs, otherwise by kind and name.

use std::collections::{BTreeMap, BTreeSet};

use super::{KINDS, Object, Writer};

/// An object's place among those that are ready: by whether something that it would rather come after is still missing,
/// by kind, by name.
type Rank<'a> = (bool, usize, &'a Object);

/// Objects that are still to be written. A part that can be written with its whole is taken out of it there; one that
/// cannot, such as a foreign key to a table that comes later, comes when all that it needs is there.
pub(super) struct Order<'a> {
    left: BTreeMap<&'a Object, Left<'a>>,
    /// Who waits for an object.
    waiting: BTreeMap<&'a Object, Vec<&'a Object>>,
    /// Tables that would rather come after an object, so that their parts can stand with them.
    preferring: BTreeMap<&'a Object, Vec<&'a Object>>,
    ready: BTreeSet<Rank<'a>>,
}

struct Left<'a> {
    /// What it needs and is not written yet.
    needs: BTreeSet<&'a Object>,
    /// What its parts need and is not written yet.
    prefers: BTreeSet<&'a Object>,
    rank: usize,
}

impl<'a> Order<'a> {
    pub(super) fn of(writer: &Writer<'a>) -> Self {
        let nodes = Nodes::of(writer);
        let mut order = Self {
            left: BTreeMap::new(),
            waiting: BTreeMap::new(),
            preferring: BTreeMap::new(),
            ready: BTreeSet::new(),
        };
        let mut prefers: BTreeMap<&Object, BTreeSet<&'a Object>> = BTreeMap::new();
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
            let rank = KINDS.iter().position(|kind| *kind == object.kind).unwrap_or(KINDS.len());
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
    pub(super) fn next(&mut self) -> Option<&'a Object> {
        let first = self.ready.pop_first().map(|(_, _, object)| object);
        let object = first.or_else(|| {
            let by_kind = self.left.iter().min_by_key(|(object, left)| (left.rank, **object));
            by_kind.map(|(object, _)| *object)
        })?;
        self.written(object);
        Some(object)
    }

    /// Takes a part out whose needs are there; says whether they were.
    pub(super) fn take(&mut self, part: &'a Object) -> bool {
        let is_ready = self.left.get(part).is_some_and(|left| left.needs.is_empty());
        if is_ready {
            self.written(part);
        }
        is_ready
    }

    /// A constraint may refer to others of its table that stand in the same statement.
    pub(super) fn take_all<'p>(&mut self, parts: impl Iterator<Item = &'p Object>) -> Vec<&'a Object>
    where
        'a: 'p,
    {
        let mut waiting: Vec<&Object> = parts.collect();
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

    /// Whether an object is still to be written.
    pub(super) fn is_left(&self, object: &Object) -> bool {
        self.left.contains_key(object)
    }

    fn written(&mut self, object: &'a Object) {
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
    fn place(&self, object: &'a Object) -> Rank<'a> {
        (!self.prefers.is_empty(), self.rank, object)
    }
}

/// The objects that are written one by one, with what each needs among them.
struct Nodes<'a> {
    needs: BTreeMap<&'a Object, BTreeSet<&'a Object>>,
    /// The table, view or type that a part belongs to.
    wholes: BTreeMap<&'a Object, &'a Object>,
}

impl<'a> Nodes<'a> {
    fn of(writer: &Writer<'a>) -> Self {
        let catalog = writer.catalog;
        let by_name = Self::relations(writer);
        let mut nodes = Self { needs: BTreeMap::new(), wholes: BTreeMap::new() };
        // Objects by themselves, and what stands for each other object.
        let mut stands_for: BTreeMap<&Object, &'a Object> = BTreeMap::new();
        for (object, of) in catalog.iter() {
            let whole = || by_name.get(object.split_part()?.0).copied();
            let of_constraint = || {
                let (table, name) = (of.get("table")?, of.get("constraint")?);
                writer
                    .parts("constraint", table)
                    .find(|(_, own)| unquoted(own) == *name)
                    .map(|(part, _)| part)
            };
            match object.kind.as_str() {
                "column" => {
                    if let Some(whole) = whole() {
                        stands_for.insert(object, whole);
                    }
                }
                "index" => match of_constraint() {
                    Some(constraint) => drop(stands_for.insert(object, constraint)),
                    None => nodes
                        .part(object, of.get("table").and_then(|table| by_name.get(table.as_str()).copied())),
                },
                "statistics" => {
                    nodes
                        .part(object, of.get("table").and_then(|table| by_name.get(table.as_str()).copied()));
                }
                "constraint" | "trigger" | "rule" | "policy" => match whole() {
                    Some(domain) if domain.kind == "domain" => drop(stands_for.insert(object, domain)),
                    whole => nodes.part(object, whole),
                },
                "sequence" if of.get("owned by").is_some_and(|owner| owner.ends_with(" (i)")) => {
                    let column = of.get("owned by").and_then(|owner| owner.strip_suffix(" (i)"));
                    let table =
                        column.and_then(|column| by_name.get(super::split_column(column)?.0).copied());
                    if let Some(table) = table {
                        stands_for.insert(object, table);
                    }
                }
                kind if KINDS.contains(&kind) => drop(nodes.needs.insert(object, BTreeSet::new())),
                _ => {}
            }
        }
        for (dependent, needed) in catalog.all_dependencies() {
            nodes.edge(dependent, needed, &stands_for, &by_name);
        }
        nodes
    }

    /// Tables, views and types by name: those that have parts.
    fn relations(writer: &Writer<'a>) -> BTreeMap<&'a str, &'a Object> {
        let has_parts = |kind: &str| {
            matches!(
                kind,
                "table" | "foreign table" | "view" | "materialized view" | "composite type" | "domain"
            )
        };
        let objects = writer.catalog.iter().map(|(object, _)| object);
        objects
            .filter(|object| has_parts(&object.kind))
            .map(|object| (object.name.as_str(), object))
            .collect()
    }

    fn part(&mut self, object: &'a Object, whole: Option<&'a Object>) {
        self.needs.entry(object).or_default().extend(whole);
        if let Some(whole) = whole {
            self.wholes.insert(object, whole);
        }
    }

    fn edge(
        &mut self,
        dependent: &'a Object,
        needed: &'a Object,
        stands_for: &BTreeMap<&Object, &'a Object>,
        by_name: &BTreeMap<&'a str, &'a Object>,
    ) {
        // OWNED BY is written with the table.
        if dependent.kind == "sequence" && matches!(needed.kind.as_str(), "column" | "table") {
            return;
        }
        if dependent.kind == "default" && !self.needs.contains_key(dependent) {
            let whole = dependent.split_part().and_then(|(whole, _)| by_name.get(whole).copied());
            self.part(dependent, whole);
        }
        let node = |object: &'a Object, needs: &BTreeMap<&'a Object, BTreeSet<&'a Object>>| {
            let named =
                if object.kind == "row type" { by_name.get(object.name.as_str()).copied() } else { None };
            let object = named.or_else(|| stands_for.get(object).copied()).unwrap_or(object);
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

fn unquoted(name: &str) -> String {
    name.strip_prefix('"')
        .and_then(|name| name.strip_suffix('"'))
        .map_or_else(|| name.to_owned(), |name| name.replace("\"\"", "\""))
}
