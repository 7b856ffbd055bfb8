//! Errors as Django REST framework writes them.

use serde_json::{Map, Value, json};
use web::{Error, ErrorForm};

/// linkding's form: `{"detail": …}`, or the fields that are wrong with what is wrong about them.
pub(super) static FORM: ErrorForm = ErrorForm { body, challenge: "Token" };

fn body(error: &Error) -> Value {
    error.faults().cloned().unwrap_or_else(|| json!({ "detail": error.detail() }))
}

/// What is wrong with the fields of a body, by field: each a list of texts, or one by index.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Faults(Map<String, Value>);

impl Faults {
    /// Notes what is wrong with a field.
    pub(super) fn add(&mut self, field: &str, text: impl Into<String>) {
        self.0.insert(field.to_owned(), json!([text.into()]));
    }

    /// Notes what is wrong with an item of a list.
    pub(super) fn add_item(&mut self, field: &str, index: usize, text: &str) {
        let items = self.0.entry(field).or_insert_with(|| json!({}));
        if let Value::Object(items) = items {
            items.insert(index.to_string(), json!([text]));
        }
    }

    /// # Errors
    /// 400 where something is wrong.
    pub(super) fn check(self) -> Result<(), Error> {
        match self.0.is_empty() {
            true => Ok(()),
            false => Err(Error::bad_request("The body has faults.").with_faults(&self.0)),
        }
    }
}

/// 400 for one field.
pub(super) fn fault(field: &str, text: &str) -> Error {
    Error::bad_request(text).with_faults(&json!({ field: [text] }))
}

pub(super) fn not_found() -> Error {
    Error::not_found("Not found.")
}
