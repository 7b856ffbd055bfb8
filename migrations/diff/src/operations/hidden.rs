//! What routines need by their texts. Postgres keeps a quoted body as it is and notes nothing of what it
//! names, yet runs it, for a default or an index, as soon as it can.

use std::collections::BTreeMap;

use model::{ObjectId, Property};

use super::{Action, Key, Operations};
use crate::side::Side;

/// Operations by the bare name of their object.
type Named<'a> = BTreeMap<String, Vec<Key<'a>>>;

impl<'a> Operations<'a> {
    /// Orders what the texts of routines name: made before the routine, dropped after it. A name may mean
    /// something else, so this order gives way where it leads into a circle.
    pub(super) fn connect_texts(&mut self) {
        let made = self.named(|action| matches!(action, Action::Create | Action::Alter));
        let dropped = self.named(|action| matches!(action, Action::Drop));
        let routines: Vec<Key<'a>> =
            self.steps.keys().copied().filter(|(_, object)| is_routine(object)).collect();
        for key @ (action, routine) in routines {
            if matches!(action, Action::Create | Action::Alter) {
                for word in words(&self.to, routine) {
                    let earlier = made.get(&word).into_iter().flatten().filter(|other| other.1 != routine);
                    self.softly_after.entry(key).or_default().extend(earlier);
                }
            }
            if matches!(action, Action::Drop | Action::Alter) {
                for word in words(&self.from, routine) {
                    for other in dropped.get(&word).into_iter().flatten().filter(|other| other.1 != routine) {
                        self.softly_after.entry(*other).or_default().insert(key);
                    }
                }
            }
        }
    }

    fn named(&self, is_meant: impl Fn(Action) -> bool) -> Named<'a> {
        let mut named = Named::new();
        for key @ (action, object) in self.steps.keys().copied() {
            if let Some(name) = object.qualified().filter(|_| is_meant(action)) {
                named.entry(name.name.unquoted().to_lowercase()).or_default().push(key);
            }
        }
        named
    }
}

/// Returns whether an object is a function or a procedure.
pub(super) fn is_routine(object: &ObjectId) -> bool {
    matches!(object, ObjectId::Function(_) | ObjectId::Procedure(_))
}

/// The words of a routine's text, in small letters.
fn words(side: &Side<'_>, routine: &ObjectId) -> Vec<String> {
    let text = side.value(routine, &Property::Definition).unwrap_or_default();
    // A dollar may be that of a quote.
    let words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}
