//! The fields of one entry, by the names that its exporter writes. A format takes those that it knows; what
//! it leaves becomes attributes, so that nothing vanishes.

use netscape::Timestamp;
use netscape::limits::{ATTRIBUTES, ATTRIBUTES_BYTES, FIELD_BYTES, NAME_BYTES, QUOTED_CHARACTERS};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::token::{Flaws, Token, Tokens, capture};

/// Its names are short, since folders are kept in this form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Value {
    #[serde(rename = "0")]
    Null,
    #[serde(rename = "f")]
    Flag(bool),
    #[serde(rename = "n")]
    Number(String),
    #[serde(rename = "t")]
    Text(String),
    /// A list or object, as JSON.
    #[serde(rename = "j")]
    Nested(String),
}

/// Fields that are kept, with their line and their warnings.
pub(crate) type Kept = (Vec<(String, Value)>, u32, Vec<String>);

#[derive(Clone, Debug, Default)]
pub(crate) struct Fields {
    fields: Vec<(String, Value)>,
    bytes: usize,
    pub(crate) line: u32,
    /// About values that could not be taken as written.
    pub(crate) warnings: Vec<String>,
    is_full: bool,
}

/// More fields than attributes, since most of them are not attributes in the end.
const MOST: usize = 2 * ATTRIBUTES;

impl Fields {
    pub(crate) fn new(line: u32) -> Self {
        Self { line, ..Self::default() }
    }

    pub(crate) fn from_kept((fields, line, warnings): Kept) -> Self {
        Self { fields, line, warnings, ..Self::default() }
    }

    pub(crate) fn into_kept(self) -> Kept {
        (self.fields, self.line, self.warnings)
    }

    /// The fields of a nested object.
    pub(crate) fn of_json(json: &str) -> Option<Self> {
        let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(json).ok()?;
        let fields = object.into_iter().map(|(name, value)| {
            let value = match value {
                serde_json::Value::Null => Value::Null,
                serde_json::Value::Bool(flag) => Value::Flag(flag),
                serde_json::Value::Number(number) => Value::Number(number.to_string()),
                serde_json::Value::String(text) => Value::Text(text),
                nested => Value::Nested(nested.to_string()),
            };
            (name, value)
        });
        Some(Self { fields: fields.collect(), ..Self::default() })
    }

    /// Adds a value whose first token is given; the others are read.
    pub(crate) fn read(&mut self, name: &str, token: Token, tokens: &mut dyn Tokens) -> Result<(), Error> {
        let (value, flaws) = match token {
            Token::Null => (Value::Null, Flaws::default()),
            Token::Flag(flag) => (Value::Flag(flag), Flaws::default()),
            Token::Number => (Value::Number(tokens.text().to_owned()), tokens.flaws()),
            Token::ObjectStart | Token::ArrayStart => {
                let mut json = String::new();
                let is_whole = capture(tokens, token, FIELD_BYTES, &mut json)?;
                (Value::Nested(json), Flaws { is_cut: !is_whole, is_replaced: false })
            }
            // The others begin no value.
            _ => (Value::Text(tokens.text().to_owned()), tokens.flaws()),
        };
        self.add(name, value, flaws);
        Ok(())
    }

    pub(crate) fn add(&mut self, name: &str, mut value: Value, flaws: Flaws) {
        if let Some((_, first)) = self.fields.iter().find(|(other, _)| other == name) {
            if *first != value && !is_empty(&value) {
                let lost = quote(text_of(&value).unwrap_or_default());
                self.warn(format!("a second {} is lost: {lost}", quote(name)));
            }
            return;
        }
        if self.fields.len() == MOST || name.len() > NAME_BYTES {
            if !std::mem::replace(&mut self.is_full, true) {
                self.warn("there were too many attributes, the last are dropped".to_owned());
            }
            return;
        }
        let mut is_cut = flaws.is_cut;
        if let Value::Text(text) | Value::Nested(text) = &mut value {
            let room = ATTRIBUTES_BYTES.saturating_sub(self.bytes);
            if text.len() > room {
                text.truncate(text.floor_char_boundary(room));
                is_cut = true;
            }
            self.bytes += text.len();
        }
        if is_cut {
            self.warn(format!("{} was too long and has been cut", quote(name)));
        }
        if flaws.is_replaced {
            self.warn(format!("{} held unreadable characters, now U+FFFD", quote(name)));
        }
        self.fields.push((name.to_owned(), value));
    }

    /// Adds a warning, of which there are no more than of attributes.
    pub(crate) fn warn(&mut self, warning: String) {
        if self.warnings.len() < ATTRIBUTES {
            self.warnings.push(warning);
        }
    }

    /// The bytes of memory that these fields take, about, with the object that they are of.
    pub(crate) fn bytes(&self) -> usize {
        const OBJECT: usize = 300;
        const FIELD: usize = 120;
        OBJECT + self.bytes + self.fields.iter().map(|(name, _)| name.len() + FIELD).sum::<usize>()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.fields.iter().all(|(_, value)| is_empty(value))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(other, value)| other == name && !is_empty(value))
    }

    fn index(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|(other, _)| other == name)
    }

    /// Drops fields that say nothing about the entry itself, such as an id.
    pub(crate) fn ignore(&mut self, names: &[&str]) {
        self.fields.retain(|(name, _)| !names.contains(&name.as_str()));
    }

    /// Takes a text, or a number as text. None if it is empty, or a list.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        let index = self.index(name)?;
        match &self.fields[index].1 {
            Value::Nested(_) | Value::Flag(true) => return None,
            Value::Null | Value::Flag(false) | Value::Number(_) | Value::Text(_) => {}
        }
        match self.fields.remove(index).1 {
            Value::Text(text) | Value::Number(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// Takes the JSON of a list or object.
    pub(crate) fn nested(&mut self, name: &str) -> Option<String> {
        let index = self.index(name)?;
        match &self.fields[index].1 {
            Value::Nested(json) if serde_json::from_str::<serde::de::IgnoredAny>(json).is_ok() => {}
            _ => return None,
        }
        match self.fields.remove(index).1 {
            Value::Nested(json) => Some(json),
            _ => None,
        }
    }

    /// Takes an object.
    pub(crate) fn object(&mut self, name: &str) -> Option<Self> {
        let json = self.nested(name)?;
        let object = Self::of_json(&json);
        if object.is_none() {
            self.put_back(name, Value::Nested(json));
        }
        object
    }

    /// Puts back what is left of a nested object, as JSON.
    pub(crate) fn put_back_rest(&mut self, name: &str, rest: Self) {
        let rest: serde_json::Map<String, serde_json::Value> = rest
            .fields
            .into_iter()
            .filter(|(_, value)| !is_empty(value))
            .map(|(name, value)| {
                let value = match value {
                    Value::Null => serde_json::Value::Null,
                    Value::Flag(flag) => flag.into(),
                    Value::Number(text) | Value::Nested(text) => {
                        serde_json::from_str(&text).unwrap_or(text.into())
                    }
                    Value::Text(text) => text.into(),
                };
                (name, value)
            })
            .collect();
        if !rest.is_empty() {
            self.put_back(name, Value::Nested(serde_json::Value::Object(rest).to_string()));
        }
    }

    /// Puts back a value that was taken.
    pub(crate) fn put_back(&mut self, name: &str, value: Value) {
        self.fields.push((name.to_owned(), value));
    }

    /// Takes a flag: a boolean, 0 or 1, `yes` or `no`.
    pub(crate) fn flag(&mut self, name: &str) -> Option<bool> {
        let index = self.index(name)?;
        let flag = match &self.fields[index].1 {
            Value::Flag(flag) => Some(*flag),
            Value::Null => Some(false),
            Value::Number(text) | Value::Text(text) => match text.to_ascii_lowercase().as_str() {
                "1" | "yes" | "true" => Some(true),
                "0" | "no" | "false" | "" => Some(false),
                _ => None,
            },
            Value::Nested(_) => None,
        };
        if flag.is_some() {
            self.fields.remove(index);
        }
        flag
    }

    /// Takes a date: a number of any unit, or a time stamp, in UTC where it has no zone. What is no date
    /// stays, with a warning.
    pub(crate) fn date(&mut self, name: &str) -> Option<Timestamp> {
        let index = self.index(name)?;
        let (Value::Text(text) | Value::Number(text)) = &self.fields[index].1 else { return None };
        let text = text.trim();
        // Slashes stand in Diigo's, a day alone in tables that were made by hand.
        let found = [String::new(), "Z".to_owned(), "T00:00:00Z".to_owned()]
            .iter()
            .find_map(|zone| Timestamp::parse(&format!("{text}{zone}")).ok());
        match found {
            Some(date) => {
                self.fields.remove(index);
                date
            }
            None => {
                let shown: String = text.chars().take(40).collect();
                self.warn(format!("{} holds no date: {shown:?}", quote(name)));
                None
            }
        }
    }

    /// Takes a list of texts, or of objects that have one under `key`. What else is in it stays.
    pub(crate) fn list(&mut self, name: &str, key: &str) -> Vec<String> {
        let Some(json) = self.nested(name) else { return Vec::new() };
        let Ok(items) = serde_json::from_str::<Vec<serde_json::Value>>(&json) else {
            self.put_back(name, Value::Nested(json));
            return Vec::new();
        };
        let mut texts = Vec::new();
        let mut others = Vec::new();
        for item in items {
            match item {
                serde_json::Value::String(text) => texts.push(text),
                serde_json::Value::Number(number) => texts.push(number.to_string()),
                serde_json::Value::Object(object) => match object.get(key) {
                    Some(serde_json::Value::String(text)) => texts.push(text.clone()),
                    _ => others.push(serde_json::Value::Object(object)),
                },
                serde_json::Value::Null => {}
                other => others.push(other),
            }
        }
        if !others.is_empty() {
            self.put_back(name, Value::Nested(serde_json::Value::Array(others).to_string()));
        }
        texts
    }

    /// The fields that were not taken, as attributes; and the warnings.
    pub(crate) fn rest(mut self) -> (Vec<(String, String)>, Vec<String>) {
        let mut attributes: Vec<(String, String)> = Vec::new();
        for (name, value) in std::mem::take(&mut self.fields) {
            let Some(text) = text_of(&value).filter(|_| !is_empty(&value)) else { continue };
            let name = attribute_name(&name);
            match attributes.iter().find(|(other, _)| *other == name) {
                Some((_, first)) if first == text => {}
                Some(_) => self.warn(format!("a second {name} is lost: {}", quote(text))),
                None if attributes.len() == ATTRIBUTES => {
                    self.warn(format!("there were too many attributes, {name} is dropped: {}", quote(text)));
                }
                None => attributes.push((name, text.to_owned())),
            }
        }
        (attributes, self.warnings)
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Flag(_) | Value::Number(_) => false,
        Value::Text(text) => text.trim_ascii().is_empty(),
        Value::Nested(json) => json == "[]" || json == "{}",
    }
}

fn text_of(value: &Value) -> Option<&str> {
    match value {
        Value::Null => None,
        Value::Flag(true) => Some("true"),
        Value::Flag(false) => Some("false"),
        Value::Number(text) | Value::Text(text) | Value::Nested(text) => Some(text),
    }
}

/// The name under which a field is an attribute. Those that have a meaning in a bookmarks file are no field
/// of another format, or that meaning would be read back from an export.
fn attribute_name(name: &str) -> String {
    const TAKEN: [&str; 10] = [
        "add_date",
        "description",
        "feedurl",
        "href",
        "icon",
        "last_modified",
        "last_visit",
        "private",
        "tags",
        "time_added",
    ];
    let name = name.trim().to_lowercase();
    let mut name: String = name.chars().map(|c| if c.is_whitespace() { '_' } else { c }).collect();
    if name.is_empty() {
        name.push('_');
    }
    if TAKEN.contains(&name.as_str()) {
        name.insert_str(0, "x-");
    }
    name
}

/// The start of a text, for a warning.
pub(crate) fn quote(text: &str) -> String {
    match text.char_indices().nth(QUOTED_CHARACTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Splits a text at separators.
pub(crate) fn split(text: Option<String>, is_separator: impl Fn(char) -> bool) -> Vec<String> {
    text.iter().flat_map(|text| text.split(&is_separator)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(json: &str) -> Fields {
        Fields::of_json(json).unwrap()
    }

    #[test]
    fn dates_come_in_the_forms_that_exporters_write() {
        let mut fields = fields(
            r#"{"s": 1728576752, "text": "1728576752", "ms": "2024-10-10T16:12:32.000Z",
                "zone": "2024-10-10 18:12:32+02:00",
                "none": "2024-10-10 16:12:32", "day": "2024-10-10", "never": 0, "odd": "soon", "empty": ""}"#,
        );
        let at = |seconds: i64| Some(Timestamp::from_micros(seconds * 1_000_000));
        for name in ["s", "text", "ms", "zone", "none"] {
            assert_eq!(fields.date(name), at(1_728_576_752), "{name}");
        }
        assert_eq!(fields.date("day"), at(1_728_518_400));
        assert_eq!((fields.date("never"), fields.date("empty"), fields.date("odd")), (None, None, None));
        let (attributes, warnings) = fields.rest();
        assert_eq!(attributes, [("odd".to_owned(), "soon".to_owned())]);
        assert_eq!(warnings, ["odd holds no date: \"soon\""]);
    }

    #[test]
    fn what_is_not_taken_becomes_attributes() {
        let mut fields = fields(
            r#"{"Reading Time": 7, "href": "x", "none": null, "list": [1],
                "tags": ["a", {"name": "b"}, ["c"]],
                "flag": "yes", "empty": [], "blank": " "}"#,
        );
        assert_eq!(fields.list("tags", "name"), ["a", "b"]);
        assert_eq!(fields.flag("flag"), Some(true));
        let (mut attributes, warnings) = fields.rest();
        attributes.sort();
        let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let expected = [("list", "[1]"), ("reading_time", "7"), ("x-href", "x"), ("x-tags", "[[\"c\"]]")];
        assert_eq!(attributes, expected.map(pair));
        assert!(warnings.is_empty());
    }

    #[test]
    fn a_second_value_of_one_name_is_lost_with_a_warning() {
        let mut fields = Fields::new(1);
        for text in ["a", "a", "b"] {
            fields.add("title", Value::Text(text.to_owned()), Flaws::default());
        }
        assert_eq!(fields.text("title").as_deref(), Some("a"));
        assert_eq!(fields.rest().1, ["a second title is lost: b"]);
    }

    #[test]
    fn fields_beyond_the_limit_are_dropped_with_a_warning() {
        let mut fields = Fields::new(1);
        for number in 0..MOST + 5 {
            fields.add(&number.to_string(), Value::Flag(true), Flaws::default());
        }
        let (attributes, warnings) = fields.rest();
        assert_eq!((attributes.len(), warnings.len()), (ATTRIBUTES, ATTRIBUTES));
        let mut long = Fields::new(1);
        for name in ["a", "b", "c", "d", "e"] {
            long.add(name, Value::Text("x".repeat(FIELD_BYTES)), Flaws::default());
        }
        assert_eq!(long.rest().1, ["e was too long and has been cut"]);
    }
}
