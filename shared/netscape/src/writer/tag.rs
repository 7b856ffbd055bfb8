//! The attributes of a tag, in the order in which browsers write them.

use crate::event::{Attributes, Tags};
use crate::{Timestamp, date, escape, markup};
use std::borrow::Cow;
use std::io::{self, ErrorKind, Write};

pub(super) struct Tag<'a> {
    attributes: Vec<(&'a str, Cow<'a, str>)>,
    /// Attributes without value come first and bare, as in `<H3 FOLDED ADD_DATE="1">`.
    has_flags: bool,
}

impl<'a> Tag<'a> {
    pub(super) fn new(attributes: Attributes<'a>, has_flags: bool) -> io::Result<Self> {
        let attributes = attributes.iter().map(|(name, value)| (name, Cow::Borrowed(value)));
        let attributes: Vec<_> = attributes.collect();
        match attributes.iter().find(|(name, _)| !is_name(name)) {
            None => {
                let is_read = |(name, _): &(&str, _)| markup::is_attribute_name(name.as_bytes());
                Ok(Self { attributes: attributes.into_iter().filter(is_read).collect(), has_flags })
            }
            Some((name, _)) => {
                let message = format!("no tag can hold an attribute of the name {name:?}");
                Err(io::Error::new(ErrorKind::InvalidInput, message))
            }
        }
    }

    pub(super) fn value(mut self, name: &'static str, value: Option<&'a str>) -> Self {
        self.attributes.extend(value.map(|value| (name, Cow::Borrowed(value))));
        self
    }

    pub(super) fn date(mut self, name: &'static str, date: Option<Timestamp>) -> Self {
        self.attributes.extend(date.and_then(date::format).map(|date| (name, Cow::Owned(date))));
        self
    }

    pub(super) fn tags(mut self, tags: Tags<'_>) -> Self {
        let mut value = tags.iter().collect::<Vec<_>>().join(",");
        // Beside PRIVATE, a value without comma is read as tags with spaces between.
        let is_private = self.attributes.iter().any(|(name, _)| *name == "private");
        if is_private && tags.len() == 1 && value.contains(|c: char| c.is_ascii_whitespace()) {
            value.push(',');
        }
        self.attributes.extend((!tags.is_empty()).then_some(("tags", Cow::Owned(value))));
        self
    }

    pub(super) fn write(mut self, out: &mut impl Write) -> io::Result<()> {
        let has_flags = self.has_flags;
        self.attributes.sort_by_key(|(name, value)| rank(name, has_flags && value.is_empty()));
        for (name, value) in &self.attributes {
            write!(out, " {}", name.to_ascii_uppercase())?;
            if has_flags && value.is_empty() {
                continue;
            }
            write!(out, "=\"")?;
            match *name {
                "href" | "feedurl" | "icon" | "icon_uri" => escape::write_url(out, value)?,
                _ => escape::write_value(out, value)?,
            }
            write!(out, "\"")?;
        }
        Ok(())
    }
}

/// The order is Netscape's, and Mozilla's and Firefox's in what they have added. Attributes of one rank stay
/// in order.
fn rank(name: &str, is_flag: bool) -> u8 {
    match name {
        _ if is_flag => 0,
        "feedurl" => 1,
        "href" => 2,
        "add_date" => 3,
        "last_visit" => 4,
        "last_modified" => 5,
        "tags" => 7,
        _ => 6,
    }
}

/// Returns whether reading a tag can give this name.
fn is_name(name: &str) -> bool {
    let ends = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>' | 0);
    let rest = name.as_bytes().get(1..);
    rest.is_some_and(|rest| !name.bytes().any(ends) && !rest.contains(&b'='))
}
