//! Errors as Django REST framework writes them, in its words where it says the same.

use lambda_http::http::header::AUTHORIZATION;
use lambda_http::http::{Method, StatusCode};
use serde_json::{Map, Value, json};
use web::{Error, ErrorForm, Request};

/// linkding's form: `{"detail": …}`, or the fields that are wrong with what is wrong about them.
static FORM: ErrorForm = ErrorForm { body, challenge: "Token" };

fn body(error: &Error) -> Value {
    error.faults().cloned().unwrap_or_else(|| json!({ "detail": error.detail() }))
}

/// What of a request is asked for in the words of its refusal.
#[derive(Debug)]
pub(super) struct Refused {
    method: Method,
    credentials: &'static str,
}

impl Refused {
    pub(super) fn of(request: &Request) -> Self {
        let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let words: Vec<&str> = header.unwrap_or_default().split_whitespace().collect();
        let is_known = |scheme: &str| ["token", "bearer"].contains(&scheme.to_ascii_lowercase().as_str());
        let credentials = match words[..] {
            [scheme, ref rest @ ..] if is_known(scheme) => match rest {
                [] => "Invalid token header. No credentials provided.",
                [_] => "Invalid token.",
                _ => "Invalid token header. Token string should not contain spaces.",
            },
            _ => "Authentication credentials were not provided.",
        };
        Self { method: request.method().clone(), credentials }
    }

    /// An error in linkding's form.
    pub(super) fn in_form(&self, error: Error) -> Error {
        let error = match error.status() {
            StatusCode::UNAUTHORIZED => error.with_faults(&json!({ "detail": self.credentials })),
            StatusCode::METHOD_NOT_ALLOWED => {
                let detail = format!("Method \"{}\" not allowed.", self.method);
                error.with_faults(&json!({ "detail": detail }))
            }
            _ => error,
        };
        error.in_form(&FORM)
    }
}

/// The name of a value's type in Python.
pub(super) fn python_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "NoneType",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "int",
        Value::String(_) => "str",
        Value::Array(_) => "list",
        Value::Object(_) => "dict",
    }
}

/// What is wrong with the fields of a body, by field: each a list of texts, or one by index.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Faults(Map<String, Value>);

impl Faults {
    /// Notes what is wrong with a field; what is wrong with its items goes before.
    pub(super) fn add(&mut self, field: &str, text: impl Into<String>) {
        if let Value::Array(texts) = self.0.entry(field).or_insert_with(|| json!([])) {
            texts.push(Value::String(text.into()));
        }
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

/// 404: there is no such row of this model.
pub(super) fn no_such(model: &str) -> Error {
    Error::not_found(format!("No {model} matches the given query."))
}
