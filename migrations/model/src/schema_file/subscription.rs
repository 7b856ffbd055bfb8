//! Subscriptions. Nothing here connects to a publisher: they are made without, and dropped without
//! their slot.

use super::access::identifier;
use super::{Catalog, ObjectId, Property, Writer, literal};

/// Options that are usual.
const USUAL: [(&str, &str); 8] = [
    ("binary", "false"),
    ("streaming", "off"),
    ("synchronous_commit", "off"),
    ("two_phase", "false"),
    ("disable_on_error", "false"),
    ("password_required", "true"),
    ("run_as_owner", "false"),
    ("origin", "any"),
];

/// Options that stay as they were made.
const FIXED: [&str; 2] = ["two_phase", "failover"];

impl Writer<'_> {
    /// The statements that make a subscription which is not enabled; none where that cannot be said, as its
    /// connection may hold a password.
    pub(super) fn create_subscription(&self, object: &ObjectId) -> Option<String> {
        let name = object.name();
        let connection = self.value(object, Property::Connection)?;
        let publications = self.value(object, Property::Definition)?;
        if self.value(object, Property::State) == Some("enabled") {
            return None;
        }
        let slot = self.value(object, Property::Slot).map_or("NONE".to_owned(), literal);
        let mut with = vec!["connect = false".to_owned(), format!("slot_name = {slot}")];
        for (option, value) in options(self.catalog, object) {
            if option == "failover" && value == "true" {
                return None;
            }
            if option != "failover" && !USUAL.contains(&(option.as_str(), value.as_str())) {
                with.push(format!("{option} = {value}"));
            }
        }
        let mut text = format!(
            "CREATE SUBSCRIPTION {name} CONNECTION {} PUBLICATION {publications} WITH ({});\n",
            literal(connection),
            with.join(", ")
        );
        let owner = self.value(object, Property::Owner).filter(|owner| *owner != self.owner);
        if let Some(owner) = owner {
            text += &format!("ALTER SUBSCRIPTION {name} OWNER TO {};\n", identifier(owner));
        }
        if let Some(comment) = self.value(object, Property::Comment) {
            text += &format!("COMMENT ON SUBSCRIPTION {name} IS {};\n", literal(comment));
        }
        Some(text)
    }

    /// The statements that drop a subscription, and leave its slot on the publisher.
    pub(super) fn drop_subscription(&self, object: &ObjectId) -> String {
        let name = object.name();
        let mut text = String::new();
        if self.value(object, Property::State) == Some("enabled") {
            text += &format!("ALTER SUBSCRIPTION {name} DISABLE;\n");
        }
        if self.value(object, Property::Slot).is_some() {
            text += &format!("ALTER SUBSCRIPTION {name} SET (slot_name = NONE);\n");
        }
        text + &format!("DROP SUBSCRIPTION {name};\n")
    }

    /// The statements after which a subscription is as it is here; none where that takes connecting, or
    /// making it anew.
    pub(super) fn alter_subscription(&self, before: &Catalog, object: &ObjectId) -> Option<String> {
        let name = object.name();
        let old = |property: Property| before.value(object, &property);
        let new = |property: Property| self.value(object, property);
        let differs = |property: &Property| old(property.clone()) != new(property.clone());
        let alter = |what: String| format!("ALTER SUBSCRIPTION {name} {what};\n");
        let mut text = String::new();
        if differs(&Property::State) {
            match new(Property::State) {
                Some("disabled") => text += &alter("DISABLE".to_owned()),
                _ => return None,
            }
        }
        if differs(&Property::Connection) {
            text += &alter(format!("CONNECTION {}", literal(new(Property::Connection)?)));
        }
        if differs(&Property::Definition) {
            let publications = new(Property::Definition)?;
            text += &alter(format!("SET PUBLICATION {publications} WITH (refresh = false)"));
        }
        let was = options(before, object);
        let mut set = Vec::new();
        for (option, value) in options(self.catalog, object) {
            let is_same = was.contains(&(option.clone(), value.clone()));
            if !is_same && FIXED.contains(&option.as_str()) {
                return None;
            }
            if !is_same {
                set.push(format!("{option} = {value}"));
            }
        }
        if differs(&Property::Slot) {
            set.push(format!("slot_name = {}", new(Property::Slot).map_or("NONE".to_owned(), literal)));
        }
        if !set.is_empty() {
            text += &alter(format!("SET ({})", set.join(", ")));
        }
        if differs(&Property::Owner) {
            text += &alter(format!("OWNER TO {}", identifier(new(Property::Owner)?)));
        }
        if differs(&Property::Comment) {
            let comment = new(Property::Comment).map_or("NULL".to_owned(), literal);
            text += &format!("COMMENT ON SUBSCRIPTION {name} IS {comment};\n");
        }
        Some(text)
    }
}

/// The options of a subscription, each with its value as SQL has it.
fn options(catalog: &Catalog, object: &ObjectId) -> Vec<(String, String)> {
    let all = catalog.value(object, &Property::Options).unwrap_or_default();
    let pairs = all.split(", ").filter_map(|option| option.split_once(" = "));
    pairs
        .map(|(name, value)| {
            let value = match (name, value) {
                ("streaming", "f" | "false") => "off",
                ("streaming", "t" | "true") => "on",
                ("streaming", "p") => "parallel",
                (_, value) => value,
            };
            (name.to_owned(), value.to_owned())
        })
        .collect()
}
