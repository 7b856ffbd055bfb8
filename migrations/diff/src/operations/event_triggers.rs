//! When event triggers come and go: they fire on what the plan does.

use model::ObjectId;

use super::{Action, Key};

/// Event triggers go before all else, and come after it.
pub(super) fn orders<'a>(keys: &[Key<'a>]) -> Vec<(Key<'a>, Key<'a>)> {
    let is_trigger = |(_, node): &&Key<'a>| matches!(node, ObjectId::EventTrigger(_));
    let others: Vec<Key<'a>> = keys.iter().filter(|key| !is_trigger(key)).copied().collect();
    let orders = keys.iter().filter(is_trigger).flat_map(|trigger| {
        others.iter().map(|other| match trigger.0 {
            Action::Drop => (*other, *trigger),
            _ => (*trigger, *other),
        })
    });
    orders.collect()
}
