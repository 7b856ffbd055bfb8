//! A second reader to compare the first with: html5gum splits the text into tags, and what they mean is written once
//! more, with no thought of speed. It knows the whole file and takes it as UTF-8.
//!
//! It shares nothing with the reader but the reading of dates, which have tests of their own.

#![allow(clippy::expect_used, reason = "helpers of tests are tests too")]

use crate::common::{Bookmark, File, Folder, Item, Pairs};
use html5gum::Tokenizer;
use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use netscape::{Timestamp, limits};

enum Token {
    Start { name: String, attributes: Pairs, end: usize },
    End(String),
    Text(String),
    Doctype(String),
}

/// Reads a file that is in UTF-8, apart from ill-formed sequences. Lines are not counted: each is 0.
pub fn read(file: &[u8]) -> File {
    let text = one_line_end(&String::from_utf8_lossy(file)).replace('\0', "\u{FFFD}");
    let mut oracle = Oracle::default();
    let mut rest = &text[..];
    while let Some(raw) = oracle.read_to_raw_element(&mut rest) {
        rest = &rest[raw_end(rest, &raw)..];
    }
    oracle.complete();
    while !oracle.lists.is_empty() {
        oracle.close_list();
    }
    oracle.file
}

/// CR-LF, LF-CR, CR and LF, each to LF.
fn one_line_end(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let partner = match c {
            '\r' => '\n',
            '\n' => '\r',
            _ => {
                out.push(c);
                continue;
            }
        };
        chars.next_if_eq(&partner);
        out.push('\n');
    }
    out
}

/// Where the content of a raw element ends: before its end tag or before a `<dt>`.
fn raw_end(text: &str, name: &str) -> usize {
    let lower = text.to_ascii_lowercase();
    let is_tag = |tail: &str, tag: &str| {
        tail.strip_prefix(tag).is_some_and(|rest| rest.starts_with([' ', '\t', '\n', '\x0C', '/', '>']))
    };
    lower
        .match_indices('<')
        .map(|(at, _)| at)
        .find(|&at| is_tag(&lower[at..], &format!("</{name}")) || is_tag(&lower[at..], "<dt"))
        .unwrap_or(text.len())
}

#[derive(Default)]
struct Oracle {
    file: File,
    /// `d` for a folder's list, `u` for a section's, `-` for any other.
    lists: Vec<char>,
    path: Vec<String>,
    draft: Option<Draft>,
    heading: String,
    /// `name`, `description`, `heading` or nothing.
    target: &'static str,
    /// `dt`, `li` or nothing.
    after: &'static str,
}

struct Draft {
    element: &'static str,
    attributes: Pairs,
    name: String,
    description: Option<String>,
}

impl Oracle {
    /// Reads up to and with the start tag of an element whose content is no markup, and gives its name.
    fn read_to_raw_element(&mut self, rest: &mut &str) -> Option<String> {
        let mut open: Option<(String, Pairs)> = None;
        let own = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8 stays UTF-8");
        let emitter = CallbackEmitter::new(move |event: CallbackEvent<'_>, span: html5gum::Span<usize>| {
            match event {
                CallbackEvent::OpenStartTag { name } => open = Some((own(name), Vec::new())),
                CallbackEvent::AttributeName { name } => {
                    let (_, attributes) = open.as_mut()?;
                    attributes.push((own(name), String::new()));
                }
                CallbackEvent::AttributeValue { value } => {
                    let (_, attributes) = open.as_mut()?;
                    attributes.last_mut().expect("a value follows a name").1 = own(value);
                }
                CallbackEvent::CloseStartTag { .. } => {
                    let (name, attributes) = open.take().expect("a tag that closes is open");
                    return Some(Token::Start { name, attributes, end: span.end });
                }
                CallbackEvent::EndTag { name } => return Some(Token::End(own(name))),
                CallbackEvent::String { value } => return Some(Token::Text(own(value))),
                CallbackEvent::Doctype { name, .. } => return Some(Token::Doctype(own(name))),
                CallbackEvent::Comment { .. } | CallbackEvent::Error(_) => {}
            }
            None
        });
        let text = *rest;
        for token in Tokenizer::new_with_emitter(text, emitter) {
            match token.expect("text in memory can be read") {
                Token::Text(text) => self.text(&text),
                Token::End(name) => self.end(&name),
                Token::Doctype(name) => {
                    self.file.is_bookmark_file |=
                        name.to_ascii_lowercase().starts_with("netscape-bookmark-file");
                }
                Token::Start { name, attributes, end } => {
                    self.start(&name, attributes);
                    if ["script", "style", "textarea", "title"].contains(&&name[..]) {
                        assert!(text[..end].ends_with('>'), "the tag ends here");
                        *rest = &text[end..];
                        return Some(name);
                    }
                }
            }
        }
        None
    }

    fn text(&mut self, text: &str) {
        match (self.target, &mut self.draft) {
            ("heading", _) => self.heading.push_str(text),
            ("name", Some(draft)) => draft.name.push_str(text),
            ("description", Some(Draft { description: Some(description), .. })) => description.push_str(text),
            _ => {}
        }
    }

    fn start(&mut self, name: &str, attributes: Pairs) {
        let described = self.target == "description";
        let has = |wanted: &str| attributes.iter().any(|(name, _)| name == wanted);
        match name {
            "dt" => {
                self.complete();
                self.after = "dt";
            }
            "dd" => {
                self.target = "description";
                if let Some(draft) = &mut self.draft {
                    let description = draft.description.get_or_insert_default();
                    description.push('\n');
                }
            }
            "dl" => {
                let is_folder = self.draft.as_ref().is_some_and(|draft| draft.element == "h3");
                self.complete();
                if is_folder {
                    self.reopen('d');
                } else {
                    self.lists.push('-');
                }
                self.after = "";
            }
            "hr" => self.begin("hr", attributes),
            "li" if !described => {
                self.complete();
                self.after = "li";
            }
            "br" | "p" | "li" => self.text("\n"),
            _ if described => {}
            "a" if self.after == "dt"
                || ["href", "feedurl", "add_date", "time_added"].into_iter().any(has) =>
            {
                self.file.is_bookmark_file |= self.after == "dt" || (self.after == "li" && has("time_added"));
                self.begin("a", attributes);
                self.target = "name";
            }
            "h3" => {
                self.file.is_bookmark_file |= self.after == "dt";
                self.begin("h3", attributes);
                self.target = "name";
            }
            "h1" => {
                self.complete();
                self.heading.clear();
                self.target = "heading";
            }
            "ul" if self.lists.is_empty() && !self.heading.trim_matches(is_space).is_empty() => {
                let name = std::mem::take(&mut self.heading);
                self.draft = Some(Draft { element: "h3", attributes: Vec::new(), name, description: None });
                self.complete();
                self.reopen('u');
                self.after = "";
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        let element = self.draft.as_ref().map_or("", |draft| draft.element);
        match (name, self.target) {
            ("a", "name") if element == "a" => self.target = "",
            ("h3", "name") if element == "h3" => self.target = "",
            ("h1", "heading") | ("dd", "description") | ("dt", _) => self.target = "",
            ("dl", _) => {
                self.complete();
                if self.lists.last() != Some(&'u') {
                    self.close_list();
                }
            }
            ("ul", _) if self.lists.last() == Some(&'u') => {
                self.complete();
                self.close_list();
            }
            _ => {}
        }
    }

    fn begin(&mut self, element: &'static str, attributes: Pairs) {
        self.complete();
        self.heading.clear();
        self.after = "";
        self.draft = Some(Draft { element, attributes, name: String::new(), description: None });
    }

    fn complete(&mut self) {
        self.target = "";
        let Some(draft) = self.draft.take() else { return };
        let is_folder = draft.element == "h3";
        self.file.items.push(draft.into_item(&self.path));
        if is_folder {
            self.file.items.push(Item::End);
        }
    }

    /// Takes back the end of the folder that has just been completed: its list begins.
    fn reopen(&mut self, list: char) {
        assert_eq!(self.file.items.pop(), Some(Item::End));
        let Some(Item::Folder(folder)) = self.file.items.last() else {
            panic!("a folder has been completed")
        };
        self.path.push(folder.name.clone());
        self.lists.push(list);
    }

    fn close_list(&mut self) {
        if self.lists.pop().is_some_and(|list| list != '-') {
            self.path.pop();
            self.file.items.push(Item::End);
        }
        self.after = "";
    }
}

impl Draft {
    fn into_item(mut self, path: &[String]) -> Item {
        let mut warnings = Vec::new();
        let mut attributes = Pairs::new();
        for (name, value) in std::mem::take(&mut self.attributes) {
            if name == "icon" || attributes.iter().any(|(earlier, _)| *earlier == name) {
                continue;
            }
            if attributes.len() == limits::ATTRIBUTES {
                warnings.push("there were too many attributes, the last are dropped".to_owned());
                break;
            }
            attributes.push((name, value));
        }
        let mut warn_if_replaced = |field: &str, text: &str| {
            if text.contains('\u{FFFD}') {
                warnings.push(format!("{field} held unreadable characters, now U+FFFD"));
            }
        };
        for (name, value) in &attributes {
            warn_if_replaced(name, &format!("{name}{value}"));
        }
        let name = self.name.trim_matches(is_space);
        let description = self.description.as_deref().map(|text| text.trim_matches(is_space).to_owned());
        warn_if_replaced("title", name);
        warn_if_replaced("description", description.as_deref().unwrap_or(""));
        let name = name.split('\n').map(|line| line.trim_matches(is_space)).filter(|line| !line.is_empty());
        let name = name.collect::<Vec<_>>().join(" ");
        if self.element == "hr" {
            return Item::Separator(attributes);
        }

        let mut take = |wanted: &str| {
            let at = attributes.iter().position(|(name, _)| name == wanted)?;
            Some((at, attributes.remove(at).1))
        };
        let is_bookmark = self.element == "a";
        let url = if is_bookmark { take("href") } else { None };
        let tags = if is_bookmark { take("tags") } else { None };
        let described = if description.is_none() { take("description") } else { None };
        let is_spaced = attributes.iter().any(|(name, _)| name == "private");
        let dated = attributes.iter().any(|(name, _)| name == "add_date");
        let mut date = |wanted: &str, is_read: bool| {
            let at = attributes.iter().position(|(name, _)| is_read && name == wanted)?;
            match date_of(&attributes[at].1) {
                Ok(date) => {
                    attributes.remove(at);
                    Some(date)
                }
                Err(warning) => {
                    warnings.extend(warning.map(|warning| warning.replacen("add_date", wanted, 1)));
                    None
                }
            }
        };
        let added = date("add_date", true).or_else(|| date("time_added", !dated));
        let modified = date("last_modified", true);
        let visited = date("last_visit", is_bookmark);
        let trim = |(_, value): (usize, String)| value.trim_matches(is_space).to_owned();
        let description = description.or(described.map(trim));
        if is_bookmark {
            Item::Bookmark(Bookmark {
                path: path.to_vec(),
                url: url.map(trim),
                title: name,
                added,
                modified,
                visited,
                tags: tags.map_or_else(Vec::new, |(_, tags)| split(&tags, is_spaced)),
                description,
                attributes,
                line: 0,
                warnings,
            })
        } else {
            Item::Folder(Folder { name, added, modified, description, attributes })
        }
    }
}

fn split(tags: &str, is_spaced: bool) -> Vec<String> {
    let parts: Vec<&str> = if is_spaced && !tags.contains(',') {
        tags.split(is_space).collect()
    } else {
        tags.split(',').collect()
    };
    let mut kept = Vec::new();
    for tag in parts.into_iter().map(|part| part.trim_matches(is_space).to_owned()) {
        if !tag.is_empty() && !kept.contains(&tag) {
            kept.push(tag);
        }
    }
    kept
}

/// The date in a date attribute, or the warning if there is to be one.
fn date_of(value: &str) -> Result<Timestamp, Option<String>> {
    let escaped = value.replace('&', "&amp;").replace('"', "&quot;").replace('\r', "&#13;");
    let file = File::read(format!("\u{FEFF}<DT><A ADD_DATE=\"{escaped}\">").as_bytes());
    let bookmark = file.bookmarks().next().expect("one bookmark");
    let warning = || bookmark.warnings.iter().find(|warning| warning.contains("holds no date")).cloned();
    bookmark.added.ok_or_else(warning)
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0C')
}
