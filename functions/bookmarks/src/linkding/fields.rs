//! What a body says about a bookmark, checked as linkding's serializer does.

use serde_json::Value;
use time::OffsetDateTime;
use web::{Error, Request};

use super::body::Members;
use super::dates::{self, DateError};
use super::errors::{Faults, python_type};
use super::tag_names::cleaned;
use super::url::{self, Address};

/// Characters of a title, and of description and notes.
const MAX_TITLE: usize = 512;
const MAX_TEXT: usize = 200_000;

const NULL_CHARACTERS: &str = "Null characters are not allowed.";
const DATE_FORMAT: &str = "Datetime has wrong format. Use one of these formats instead: \
                           YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].";

/// The kind of request whose body is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// POST and PUT, which need the address.
    Whole,
    /// PATCH.
    Part,
}

/// The fields that were sent.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub(super) address: Option<Address>,
    pub(super) title: Option<String>,
    pub(super) description: Option<String>,
    pub(super) notes: Option<String>,
    pub(super) is_archived: Option<bool>,
    pub(super) unread: Option<bool>,
    pub(super) shared: Option<bool>,
    pub(super) tag_names: Option<Vec<String>>,
    pub(super) date_added: Option<OffsetDateTime>,
    pub(super) date_modified: Option<OffsetDateTime>,
}

impl Fields {
    /// Reads a request's body.
    ///
    /// # Errors
    /// 400 with what is wrong, by field; those of [`Members::read`].
    pub(super) fn read(request: &Request, kind: Kind) -> Result<Self, Error> {
        Self::of(Members::read(request)?, kind)
    }

    fn of(members: Members, kind: Kind) -> Result<Self, Error> {
        let mut reader = Reader { faults: Faults::default(), kind, members };
        let fields = Self {
            address: reader.address(),
            title: reader.text("title", MAX_TITLE),
            description: reader.text("description", MAX_TEXT),
            notes: reader.text("notes", MAX_TEXT),
            is_archived: reader.boolean("is_archived"),
            unread: reader.boolean("unread"),
            shared: reader.boolean("shared"),
            tag_names: reader.tag_names(),
            date_added: reader.date("date_added"),
            date_modified: reader.date("date_modified"),
        };
        reader.faults.check()?;
        Ok(fields)
    }

    /// The columns that the body sets, for `bookmarks.edited`.
    pub(super) fn edited(&self) -> Vec<&'static str> {
        [
            ("url", self.address.is_some()),
            ("title", self.title.is_some()),
            ("description", self.description.is_some()),
            ("notes", self.notes.is_some()),
            ("is_archived", self.is_archived.is_some()),
            ("unread", self.unread.is_some()),
            ("tags", self.tag_names.is_some()),
            ("add_date", self.date_added.is_some()),
        ]
        .into_iter()
        .filter_map(|(column, is_sent)| is_sent.then_some(column))
        .collect()
    }
}

/// Reads members, and collects what is wrong.
struct Reader {
    members: Members,
    kind: Kind,
    faults: Faults,
}

impl Reader {
    /// A member; null is a fault.
    fn take(&mut self, name: &str) -> Option<Value> {
        match self.members.values.remove(name)? {
            Value::Null => {
                self.faults.add(name, "This field may not be null.");
                None
            }
            value => Some(value),
        }
    }

    /// An empty field of a form is none, unless it is a text.
    fn is_empty(&self, value: &Value) -> bool {
        self.members.is_form && value == ""
    }

    /// A text without blanks around it, which may be wrong still.
    fn string(&mut self, name: &str) -> Option<String> {
        let text = as_text(&self.take(name)?);
        if text.is_none() {
            self.faults.add(name, "Not a valid string.");
        }
        text
    }

    /// Notes what is wrong with a text, and returns whether anything is.
    fn is_wrong(&mut self, name: &str, text: &str, most: usize) -> bool {
        let is_long = text.chars().nth(most).is_some();
        if is_long {
            self.faults.add(name, format!("Ensure this field has no more than {most} characters."));
        }
        let has_null = text.contains('\0');
        if has_null {
            self.faults.add(name, NULL_CHARACTERS);
        }
        is_long || has_null
    }

    fn text(&mut self, name: &str, most: usize) -> Option<String> {
        let text = self.string(name)?;
        (!self.is_wrong(name, &text, most)).then_some(text)
    }

    fn address(&mut self) -> Option<Address> {
        if !self.members.values.contains_key("url") {
            if self.kind == Kind::Whole {
                self.faults.add("url", "This field is required.");
            }
            return None;
        }
        let text = self.string("url")?;
        if text.is_empty() {
            self.faults.add("url", "This field may not be blank.");
            return None;
        }
        let address = Address::parse(&text);
        if address.is_none() {
            self.faults.add("url", "Enter a valid URL.");
        }
        let is_wrong = self.is_wrong("url", &text, url::MAX_LENGTH);
        address.filter(|_| !is_wrong)
    }

    /// In a form a box that is not checked is absent.
    fn boolean(&mut self, name: &str) -> Option<bool> {
        if self.members.is_form && self.kind == Kind::Whole && !self.members.values.contains_key(name) {
            return Some(false);
        }
        let value = self.take(name).filter(|value| !self.is_empty(value))?;
        let known = match &value {
            Value::Bool(value) => Some(*value),
            Value::Number(number) if number.as_f64() == Some(1.0) => Some(true),
            Value::Number(number) if number.as_f64() == Some(0.0) => Some(false),
            Value::String(text) => match text.trim().to_lowercase().as_str() {
                "true" | "1" | "on" | "yes" | "t" | "y" => Some(true),
                "false" | "0" | "off" | "no" | "f" | "n" => Some(false),
                _ => None,
            },
            _ => None,
        };
        if known.is_none() {
            self.faults.add(name, "Must be a valid boolean.");
        }
        known
    }

    fn date(&mut self, name: &str) -> Option<OffsetDateTime> {
        let value = self.take(name).filter(|value| !self.is_empty(value))?;
        match value.as_str().ok_or(DateError::Format).and_then(dates::parse) {
            Ok(date) => return Some(date),
            Err(DateError::Format) => self.faults.add(name, DATE_FORMAT),
            Err(DateError::Range) => self.faults.add(name, "Datetime value out of range."),
        }
        None
    }

    fn tag_names(&mut self) -> Option<Vec<String>> {
        let value = self.take("tag_names")?;
        let Value::Array(values) = value else {
            let text = format!("Expected a list of items but got type \"{}\".", python_type(&value));
            self.faults.add("tag_names", text);
            return None;
        };
        let items: Vec<String> = values.iter().map(|value| as_text(value).unwrap_or_default()).collect();
        for (index, (value, item)) in values.iter().zip(&items).enumerate() {
            let fault = match value {
                Value::Null => "This field may not be null.",
                Value::Bool(_) | Value::Array(_) | Value::Object(_) => "Not a valid string.",
                _ if item.is_empty() => "This field may not be blank.",
                _ if item.contains('\0') => NULL_CHARACTERS,
                _ => continue,
            };
            self.faults.add_item("tag_names", index, fault);
        }
        Some(cleaned(&items, &mut self.faults))
    }
}

/// A text or a number as a text without blanks around it.
fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(values: Value, is_form: bool, kind: Kind) -> Result<Fields, Value> {
        let Value::Object(values) = values else { panic!("not an object") };
        Fields::of(Members { values, is_form }, kind)
            .map_err(|error| error.faults().cloned().unwrap_or_default())
    }

    #[test]
    fn faults_are_named_by_field() {
        let url = "https://a.example/";
        for (body, faults) in [
            (json!({}), json!({ "url": ["This field is required."] })),
            (json!({ "url": " " }), json!({ "url": ["This field may not be blank."] })),
            (json!({ "url": null }), json!({ "url": ["This field may not be null."] })),
            (json!({ "url": ["x"] }), json!({ "url": ["Not a valid string."] })),
            (json!({ "url": "x" }), json!({ "url": ["Enter a valid URL."] })),
            (
                json!({ "url": format!("{url}{}", "a".repeat(2_048)) }),
                json!({
                    "url": ["Enter a valid URL.", "Ensure this field has no more than 2048 characters."],
                }),
            ),
            (
                json!({ "url": url, "title": null, "unread": "maybe", "date_added": "x" }),
                json!({
                    "title": ["This field may not be null."],
                    "unread": ["Must be a valid boolean."],
                    "date_added": [DATE_FORMAT],
                }),
            ),
            (
                json!({ "url": url, "tag_names": ["a", true, null, " ", "\0", "t".repeat(65)] }),
                json!({ "tag_names": {
                    "1": ["Not a valid string."],
                    "2": ["This field may not be null."],
                    "3": ["This field may not be blank."],
                    "4": ["Null characters are not allowed."],
                    "5": ["Ensure this field has no more than 64 characters."],
                } }),
            ),
            (
                json!({ "url": url, "tag_names": "a" }),
                json!({ "tag_names": ["Expected a list of items but got type \"str\"."] }),
            ),
            (json!({ "url": url, "notes": "\0" }), json!({ "notes": ["Null characters are not allowed."] })),
        ] {
            assert_eq!(read(body.clone(), false, Kind::Whole).unwrap_err(), faults, "{body}");
        }
    }

    #[test]
    fn what_is_absent_stays_absent_but_for_the_boxes_of_a_form() {
        let body = json!({ "url": " https://a.example/ ", "title": 7, "unread": "Yes", "id": 5 });
        let fields = read(body.clone(), false, Kind::Whole).unwrap();
        assert_eq!(fields.address.as_ref().unwrap().url, "https://a.example/");
        assert_eq!((fields.title.as_deref(), fields.notes.as_deref()), (Some("7"), None));
        assert_eq!((fields.unread, fields.shared, fields.is_archived), (Some(true), None, None));
        assert_eq!(fields.edited(), ["url", "title", "unread"]);
        let fields = read(body, true, Kind::Whole).unwrap();
        assert_eq!((fields.unread, fields.shared), (Some(true), Some(false)));
        let fields = read(json!({ "notes": "n" }), true, Kind::Part).unwrap();
        assert_eq!((fields.unread, fields.edited()), (None, vec!["notes"]));
    }
}
