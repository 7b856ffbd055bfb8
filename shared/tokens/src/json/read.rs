//! Reads JSON. A document's has a diagnostic for each member that is there twice, each value that is nested
//! too deeply and each NUL.

use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::Number;

use super::{Json, Object};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::limits::{MAX_DOCUMENT_BYTES, MAX_JSON_DEPTH};
use crate::pointer::Pointer;

/// Reads one JSON value from UTF-8 text of at most [`MAX_DOCUMENT_BYTES`].
///
/// # Errors
///
/// Where it is not JSON; the diagnostic names the line. Members with one name and values that are too deep
/// are added to `diagnostics`, and the first member of a name is kept.
pub(crate) fn parse(text: &[u8], diagnostics: &mut Diagnostics) -> Result<Json, Diagnostic> {
    if text.len() > MAX_DOCUMENT_BYTES {
        let detail =
            format!("The document has {} bytes; at most {MAX_DOCUMENT_BYTES} are taken.", text.len());
        return Err(Diagnostic { pointer: String::new(), detail });
    }
    let found = RefCell::new(std::mem::take(diagnostics));
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let seed = Seed { pointer: &Pointer::ROOT, depth: 0, diagnostics: Some(&found) };
    let read = seed.deserialize(&mut deserializer).and_then(|json| deserializer.end().map(|()| json));
    *diagnostics = found.into_inner();
    read.map_err(|error| Diagnostic { pointer: String::new(), detail: format!("This is not JSON: {error}.") })
}

impl<'de> Deserialize<'de> for Json {
    /// What has been stored was found without faults, so one is an error.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Seed { pointer: &Pointer::ROOT, depth: 0, diagnostics: None }.deserialize(deserializer)
    }
}

#[derive(Clone, Copy)]
struct Seed<'a> {
    pointer: &'a Pointer<'a>,
    depth: usize,
    /// Without it, the first fault ends the reading.
    diagnostics: Option<&'a RefCell<Diagnostics>>,
}

impl Seed<'_> {
    fn report<E: Error>(&self, detail: impl Into<String>) -> Result<(), E> {
        match self.diagnostics {
            Some(diagnostics) => diagnostics.borrow_mut().add(self.pointer, detail),
            None => return Err(E::custom(detail.into())),
        }
        Ok(())
    }

    fn check_text<E: Error>(&self, text: &str) -> Result<(), E> {
        match text.contains('\0') {
            true => self.report("A NUL character cannot be stored; leave it out."),
            false => Ok(()),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        if self.depth > MAX_JSON_DEPTH {
            self.report(format!("This is nested more than {MAX_JSON_DEPTH} deep."))?;
            // Ignoring needs no stack, however deep the rest is.
            return deserializer.deserialize_ignored_any(IgnoredAny).map(|_| Json::Null);
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Json;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Json, E> {
        Number::from_f64(value).map(Json::Number).ok_or_else(|| E::custom("a number is out of range"))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Json, E> {
        self.check_text(text)?;
        Ok(text.into())
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Json, E> {
        self.check_text(&text)?;
        Ok(Json::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        loop {
            let pointer = self.pointer.index(items.len());
            let seed = Seed { pointer: &pointer, depth: self.depth + 1, ..self };
            match access.next_element_seed(seed)? {
                Some(item) => items.push(item),
                None => return Ok(Json::Array(items)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut members: Vec<(String, Json)> = Vec::new();
        let mut names = HashSet::new();
        while let Some(name) = access.next_key::<String>()? {
            let pointer = self.pointer.member(&name);
            let seed = Seed { pointer: &pointer, depth: self.depth + 1, ..self };
            seed.check_text(&name)?;
            let value = access.next_value_seed(seed)?;
            if names.insert(name.clone()) {
                members.push((name, value));
            } else {
                seed.report("There are two members of this name; the second would hide the first.")?;
            }
        }
        Ok(Json::Object(Object(members)))
    }
}
