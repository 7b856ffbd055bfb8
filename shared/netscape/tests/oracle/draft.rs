//! An entry while its tag, name and description are read.

use super::names::is_space;
use crate::common::{Bookmark, File, Folder, Item, Pairs, Separator};
use netscape::{Timestamp, limits};

pub(super) struct Draft {
    pub(super) element: &'static str,
    pub(super) attributes: Pairs,
    pub(super) name: String,
    pub(super) description: Option<String>,
}

impl Draft {
    pub(super) fn into_item(mut self, path: &[String], blanks_separate: bool) -> Item {
        let mut warnings = Vec::new();
        let mut attributes = Pairs::new();
        let mut is_repeated = false;
        for (name, value) in std::mem::take(&mut self.attributes) {
            if name == "icon" {
                continue;
            }
            if let Some((_, first)) = attributes.iter().find(|(earlier, _)| *earlier == name) {
                is_repeated |= !value.is_empty() && *first != value;
                continue;
            }
            if attributes.len() == limits::ATTRIBUTES {
                warnings.push("there were too many attributes, the last are dropped".to_owned());
                break;
            }
            attributes.push((name, value));
        }
        if is_repeated {
            warnings.push("these attributes are garbled or repeated and lost".to_owned());
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
            return Item::Separator(Separator { attributes, warnings });
        }

        let mut take = |wanted: &str| {
            let at = attributes.iter().position(|(name, _)| name == wanted)?;
            Some((at, attributes.remove(at).1))
        };
        let is_bookmark = self.element == "a";
        let url = if is_bookmark { take("href") } else { None };
        let tags = if is_bookmark { take("tags") } else { None };
        let described = if description.is_none() { take("description") } else { None };
        let is_spaced = blanks_separate && attributes.iter().any(|(name, _)| name == "private");
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
            Item::Folder(Folder { name, added, modified, description, attributes, warnings })
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
