//! What a plan says that it loses, against what it does lose.

use std::collections::BTreeSet;

use model::{Catalog, ObjectId, Property, QualifiedName};

use crate::corpus::Expected;

/// Losses that are not said, said without need, or expected in vain.
pub fn wrong((from, to): (&Catalog, &Catalog), said: &BTreeSet<&str>, expected: &[&Expected]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (object, _) in from.iter() {
        let name = match object {
            // Its rows go over to the table that it was a partition of.
            ObjectId::Table(_) if is_partition_of_rebuilt(object, (from, to)) => continue,
            ObjectId::Table(name) => format!("{name}.*"),
            // The loss of a parent's column is said of the parent.
            ObjectId::Column(_) if from.value(object, &Property::Inherited).is_some() => continue,
            ObjectId::Column(part) if from.contains(&ObjectId::Table(part.whole.clone())) => part.to_string(),
            _ => continue,
        };
        let is_noted = expected.iter().any(|one| matches!(one, Expected::Loses(text) if *text == name));
        let is_said = said.contains(name.as_str());
        let is_computed =
            [Property::Generated, Property::Virtual].iter().any(|how| from.value(object, how).is_some());
        let is_gone = !to.contains(object) && !is_computed && !goes_with_table(object, to);
        let is_same = from.value(object, &Property::Type) == to.value(object, &Property::Type);
        if is_gone && !is_said {
            wrong.push(format!("{name} is lost, and the plan does not say so"));
        } else if to.contains(object) && is_same && is_said && !is_noted {
            wrong.push(format!("the plan loses {name}, which is there before and after"));
        } else if is_noted && !is_said {
            wrong.push(format!("the plan does not say that it loses {name}"));
        }
    }
    wrong
}

fn goes_with_table(object: &ObjectId, to: &Catalog) -> bool {
    object.part().is_some_and(|part| !to.contains(&ObjectId::Table(part.whole.clone())))
}

fn is_partition_of_rebuilt(table: &ObjectId, (from, to): (&Catalog, &Catalog)) -> bool {
    let parent = from.value(table, &Property::PartitionOf).and_then(QualifiedName::parse);
    let parent = parent.map(ObjectId::Table).filter(|parent| to.contains(parent) && !to.contains(table));
    let key = Property::PartitionedBy;
    parent.is_some_and(|parent| from.value(&parent, &key) != to.value(&parent, &key))
}
