//! What a piece of markup is: a tag, a comment, or text that only looks like one.

use super::Oracle;
use super::markup::{
    attributes, comment_length, decoded, entry_tag_length, is_bogus_end, name_goes_on, raw_end, tag_length,
    tag_name, whole_attributes,
};
use super::names::{BLOCK, FORMATTING, INLINE, LISTS, PAGE, is_heading, is_in, is_space};
use crate::common::Pairs;

impl Oracle {
    /// Reads a piece at `at` and gives its length.
    pub(super) fn step(&mut self, text: &str, at: usize) -> Option<usize> {
        let rest = &text[at..];
        if !rest.starts_with('<') {
            let length = rest.find('<').unwrap_or(rest.len());
            self.text(&decoded(&rest[..length]));
            return Some(length);
        }
        let amid = self.is_amid_entries();
        let in_text = !self.target.is_empty();
        if let Some((name, is_end, length)) = tag_name(rest) {
            return self.tag(text, at, &name, is_end, length);
        }
        if rest.starts_with("<!--") {
            let end = comment_length(rest);
            if in_text {
                let is_one = end.filter(|&end| {
                    let lower = rest[..end].to_ascii_lowercase();
                    let ends_name =
                        lower.match_indices("</").any(|(at, _)| lower[at + 2..].starts_with(['a', 'h']));
                    !(lower.contains('\n') || self.target == "name" && ends_name)
                });
                let length = is_one.unwrap_or(1);
                self.text(&decoded(&rest[..length]));
                return Some(length);
            }
            if let Some(end) = end {
                if amid {
                    self.text(&decoded(&rest[..end]));
                }
                return Some(end);
            }
        } else if !amid
            && !in_text
            && (rest.starts_with("<!") || rest.starts_with("<?") || is_bogus_end(rest))
        {
            if rest.to_ascii_lowercase().starts_with("<!doctype") {
                let name = rest["<!doctype".len()..].trim_start_matches(is_space).to_ascii_lowercase();
                self.file.is_bookmark_file |= name.starts_with("netscape-bookmark-file");
            }
            let end = rest[1..]
                .find(['<', '>'])
                .map_or(rest.len(), |end| 1 + end + usize::from(rest[1 + end..].starts_with('>')));
            return Some(end);
        }
        self.text("<");
        Some(1)
    }

    pub(super) fn is_amid_entries(&self) -> bool {
        !self.lists.is_empty() || self.draft.is_some() || !self.after.is_empty()
    }

    fn tag(&mut self, text: &str, at: usize, name: &str, is_end: bool, name_end: usize) -> Option<usize> {
        let rest = &text[at..];
        let after = &rest[name_end..];
        let amid = self.is_amid_entries();
        let in_text = !self.target.is_empty();
        let is_raw = is_in(" script style textarea title ", name);
        let is_known = is_in(INLINE, name) || is_in(BLOCK, name) || is_in(LISTS, name) || name == "img";
        let ended = tag_length(after);
        let literal = |oracle: &mut Self| {
            oracle.text("<");
            Some(1)
        };
        if name_end == rest.len() {
            self.cut = true;
            return literal(self);
        }
        if (amid || in_text) && !is_known && !(is_in(PAGE, name) && (is_end || !in_text)) {
            return literal(self);
        }
        let is_entry = !is_end && (name == "a" || name == "hr" || is_heading(name));
        let mut name = name;
        let mut is_entry_here = is_entry;
        if in_text && is_in(LISTS, name) && !matches!(self.target, "heading" | "item") {
            let is_folder = self.draft.as_ref().is_some_and(|draft| draft.element == "h3");
            if self.target == "name" && name == "a" && !is_end {
                let (length, _) = ended?;
                if !after[..length].contains('=') {
                    return literal(self);
                }
            } else if self.target == "name" {
                let ends_it = is_end && if is_folder { is_heading(name) } else { name == "a" };
                if !ends_it && name != "a" && name_goes_on(after, is_folder) {
                    return literal(self);
                }
            } else if matches!(name, "dt" | "dl" | "hr") {
                if let Some((length, _)) = ended {
                    let mut follows = &after[length..];
                    let trimmed = follows.trim_start_matches([' ', '\t']);
                    if trimmed.get(..3).is_some_and(|tag| tag.eq_ignore_ascii_case("<p>")) {
                        follows = &trimmed[3..];
                    }
                    let follows = follows.trim_start_matches([' ', '\t']);
                    if !(follows.is_empty() || follows.starts_with(['<', '\n'])) {
                        if name != "hr" {
                            return literal(self);
                        }
                        is_entry_here = false;
                        name = "br";
                    }
                }
            } else {
                is_entry_here = false;
            }
        }
        if is_entry_here {
            let length = entry_tag_length(after)?;
            let pairs = attributes(&rest[..name_end + length]);
            self.body = true;
            self.decide_on_tags(name, &pairs, &rest[name_end + length - 1..]);
            self.start(name, pairs);
            return Some(name_end + length);
        }
        let Some((length, is_whole)) = ended else {
            self.cut = true;
            return literal(self);
        };
        let inner = &after[..length];
        let is_part =
            is_in(INLINE, name) || is_in(BLOCK, name) || is_in(PAGE, name) || matches!(name, "a" | "img");
        let is_part = is_part || (is_heading(name) && self.target == "description");
        if (in_text || amid) && is_part {
            if !is_whole || (is_end && !inner[..length - 1].chars().all(is_space)) {
                return literal(self);
            }
            if !is_end {
                let pairs = whole_attributes(inner)?;
                let allowed = |key: &str| match name {
                    "a" => key == "href",
                    "img" => key == "alt" || key == "src",
                    _ => false,
                };
                let Some(pairs) = pairs else { return literal(self) };
                if !pairs.iter().all(|(key, _)| allowed(key) || is_in(FORMATTING, key)) {
                    return literal(self);
                }
                let repeats = |key: &str| pairs.iter().filter(|(name, _)| name == key).count() > 1;
                if pairs.iter().any(|(key, _)| allowed(key) && repeats(key)) {
                    return literal(self);
                }
                let value = |wanted: &str| {
                    let found = pairs.iter().find(|(key, _)| key == wanted);
                    found.map_or(String::new(), |(_, value)| value.trim_matches(is_space).to_owned())
                };
                if name == "img" && !in_text {
                    return literal(self);
                }
                match name {
                    "a" if self.target == "description" => {
                        self.end_link();
                        let start = self.description().map_or(0, |text| text.len());
                        self.link = Some((value("href"), start)).filter(|(address, _)| !address.is_empty());
                    }
                    "img" => {
                        let (alternative, mut address) = (value("alt"), value("src"));
                        self.text(&alternative);
                        if address.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:")) {
                            address.truncate(address.find([';', ',']).unwrap_or(address.len()));
                        }
                        if !address.is_empty() {
                            self.text(&format!(
                                "{}({address})",
                                if alternative.is_empty() { "" } else { " " }
                            ));
                        }
                    }
                    _ => {}
                }
                if matches!(name, "a" | "img") {
                    return Some(name_end + length);
                }
            }
        }
        let whole = name_end + length;
        if is_raw && !is_end {
            let content = &rest[whole..];
            let end = raw_end(content, name);
            if end == content.len() {
                self.cut = true;
            } else if name == "title" {
                self.note_title(&content[..end]);
            }
            return Some(whole + end);
        }
        self.body |= !is_end && is_in(" dl dt li ul ol ", name);
        if is_end {
            self.end(name)
        } else {
            self.start(name, Pairs::new())
        }
        Some(whole)
    }
}
