//! What tags and text make: lists, folders and entries.

use super::Oracle;
use super::draft::Draft;
use super::names::{BLOCK, is_heading, is_in, is_space};
use crate::common::{File, Item, Pairs};

impl Oracle {
    pub(super) fn note_title(&mut self, title: &str) {
        let title = title.trim_matches(is_space).to_ascii_lowercase();
        self.file.is_bookmark_file |= matches!(&title[..], "instapaper: export" | "pocket export");
        if title == "pinboard bookmarks" && self.blanks.is_none() {
            self.blanks = Some(true);
        }
        self.title = title;
    }

    pub(super) fn decide_on_tags(&mut self, name: &str, pairs: &Pairs, ahead: &str) {
        let value =
            |wanted: &str| pairs.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
        let Some(tags) = value("tags").filter(|_| name == "a" && value("private").is_some()) else { return };
        if self.lf_cr
            || self.blanks.is_some()
            || tags.contains(',')
            || tags.split_ascii_whitespace().count() < 2
        {
            return;
        }
        let mut values = vec![tags];
        for mark in ['"', '\''] {
            let lower = ahead.to_ascii_lowercase();
            for (at, start) in lower.match_indices(&format!("tags={mark}")) {
                let is_name = at == 0 || ahead[..at].ends_with(is_space);
                let value = ahead[at + start.len()..].split_once(mark);
                values.extend(value.filter(|_| is_name).map(|(value, _)| value));
            }
        }
        let words = values.iter().map(|value| value.split_ascii_whitespace().count());
        let several = words.clone().filter(|&words| words > 1).count();
        let blanks: usize = words.map(|words| words.saturating_sub(1)).sum();
        let has_comma = values.iter().any(|value| value.contains(','));
        self.blanks = Some(!has_comma && several >= 3 && blanks >= 4);
    }

    pub(super) fn description(&mut self) -> Option<&mut String> {
        self.draft.as_mut().and_then(|draft| draft.description.as_mut())
    }

    pub(super) fn end_link(&mut self) {
        let Some((address, start)) = self.link.take() else { return };
        let Some(text) = self.description() else { return };
        if text[start..].trim_matches(is_space) != address {
            let shown_end = text.trim_end_matches(is_space).len();
            let blank = text.split_off(if shown_end > start { shown_end } else { text.len() });
            let gap = if text.is_empty() || text.ends_with(is_space) { "" } else { " " };
            text.push_str(&format!("{gap}({address}){blank}"));
        }
    }

    pub(super) fn text(&mut self, text: &str) {
        let amid = self.is_amid_entries();
        match (self.target, &mut self.draft) {
            ("heading" | "item", _) => self.heading.push_str(text),
            ("name", Some(draft)) => draft.name.push_str(text),
            ("description", Some(Draft { description: Some(description), .. })) => description.push_str(text),
            _ if amid => self.lost.push_str(text),
            _ => self.ordinary |= !text.trim_matches(is_space).is_empty(),
        }
    }

    pub(super) fn start(&mut self, name: &str, attributes: Pairs) {
        let described = self.target == "description";
        let has = |wanted: &str| attributes.iter().any(|(name, _)| name == wanted);
        let in_items = self.lists.last().is_some_and(|list| "u.".contains(*list));
        match name {
            "dt" => {
                self.complete();
                self.after = "dt";
            }
            "dd" if self.draft.as_ref().is_some_and(|draft| draft.element != "hr") => {
                self.end_link();
                self.target = "description";
                if let Some(draft) = &mut self.draft {
                    match &mut draft.description {
                        Some(description) => description.push('\n'),
                        None => draft.description = Some(String::new()),
                    }
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
            "li" if !described || (in_items && self.lists_in_text == 0) => {
                self.complete();
                self.after = "li";
                self.heading.clear();
                self.target = "item";
            }
            "ul" | "ol" if described => {
                self.lists_in_text += 1;
                self.text("\n");
            }
            "ul" | "ol" => {
                let in_item = self.target == "item";
                let is_named = !self.heading.trim_matches(is_space).is_empty();
                if self.draft.as_ref().is_some_and(|draft| draft.element == "h3") {
                    self.complete();
                    self.reopen('u');
                } else if is_named {
                    self.target = "";
                    self.complete();
                    let name = std::mem::take(&mut self.heading);
                    self.draft =
                        Some(Draft { element: "h3", attributes: Vec::new(), name, description: None });
                    self.complete();
                    self.reopen('u');
                    self.nested |= in_item;
                    self.sections += u32::from(!in_item);
                } else {
                    self.complete();
                    self.lists.push('.');
                }
                self.after = "";
            }
            "a" if !described
                && (self.after == "dt"
                    || ["href", "feedurl", "add_date", "time_added"].into_iter().any(has)) =>
            {
                self.note_link(&attributes);
                self.begin("a", attributes);
                self.target = "name";
            }
            _ if is_heading(name) && !described => {
                self.file.is_bookmark_file |= self.after == "dt";
                if name == "h3" || !self.after.is_empty() || !self.lists.is_empty() {
                    self.begin("h3", attributes);
                    self.target = "name";
                } else {
                    self.complete();
                    self.heading.clear();
                    self.target = "heading";
                }
            }
            _ if !self.target.is_empty()
                && (is_in(BLOCK, name) || is_heading(name) || matches!(name, "li" | "dd")) =>
            {
                self.text("\n");
            }
            _ => {}
        }
    }

    pub(super) fn note_link(&mut self, attributes: &Pairs) {
        let value = |wanted: &str| attributes.iter().find(|(name, _)| name == wanted).map(|(_, value)| value);
        self.file.is_bookmark_file |= self.after == "dt";
        if self.after == "li" {
            self.file.is_bookmark_file |= value("time_added").is_some();
            let scheme = value("href").and_then(|address| address.trim_matches(is_space).split_once(':'));
            let is_absolute = scheme.is_some_and(|(scheme, _)| {
                scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                    && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
            });
            if is_absolute && self.heading.trim_matches(is_space).is_empty() {
                self.items += 1;
            } else {
                self.ordinary = true;
            }
            let is_titled = matches!(&self.title[..], "bookmarks" | "bookmarks menu" | "my bookmarks");
            self.file.is_bookmark_file |= is_titled && self.items > 0;
        } else if self.after.is_empty() {
            self.ordinary = true;
        }
    }

    pub(super) fn end(&mut self, name: &str) {
        let element = self.draft.as_ref().map_or("", |draft| draft.element);
        match (name, self.target) {
            ("a", "name") if element == "a" => self.target = "",
            ("a", "description") => self.end_link(),
            (_, "name") if is_heading(name) && element == "h3" => self.target = "",
            (_, "heading") if is_heading(name) => self.target = "",
            ("dd", "description") | ("dt", "name" | "description") => {
                self.end_link();
                self.target = "";
            }
            ("dl", _) => {
                self.complete();
                if self.lists.iter().any(|list| "d-".contains(*list)) {
                    while self.lists.last().is_some_and(|list| "u.".contains(*list)) {
                        self.close_list();
                    }
                    self.close_list();
                }
                self.after = "";
            }
            ("ul" | "ol", "description") if self.lists_in_text > 0 => self.lists_in_text -= 1,
            ("ul" | "ol", _) if self.lists.last().is_some_and(|list| "u.".contains(*list)) => {
                self.complete();
                self.close_list();
            }
            _ => {}
        }
    }

    pub(super) fn finish(mut self) -> File {
        let open = self.target == "name";
        self.complete();
        let lists = self.lists.len();
        while !self.lists.is_empty() {
            self.close_list();
        }
        self.file.is_bookmark_file |= !self.ordinary && self.items > 0 && (self.sections > 1 || self.nested);
        if self.cut || open || lists > 0 {
            self.file.warnings.push((0, "the file ends early".to_owned()));
        }
        self.file
    }

    pub(super) fn begin(&mut self, element: &'static str, attributes: Pairs) {
        self.complete();
        self.heading.clear();
        self.after = "";
        self.draft = Some(Draft { element, attributes, name: String::new(), description: None });
    }

    pub(super) fn complete(&mut self) {
        self.end_link();
        self.lists_in_text = 0;
        if self.target == "item" {
            let label = std::mem::take(&mut self.heading);
            if label.trim_matches(is_space).is_empty() {
                self.heading = label;
            } else {
                self.lost.push_str(&label);
            }
        }
        self.target = "";
        let is_spaced = self.blanks == Some(true) || (self.blanks.is_none() && self.lf_cr);
        if let Some(draft) = self.draft.take() {
            let is_folder = draft.element == "h3";
            self.file.items.push(draft.into_item(&self.path, is_spaced));
            if is_folder {
                self.file.items.push(Item::End);
            }
        }
        let lost = std::mem::take(&mut self.lost);
        if !lost.trim_matches(is_space).is_empty() {
            self.file.warnings.push((0, format!("lost: {lost}")));
        }
    }

    /// Takes back the end of the folder that has just been completed: its list begins.
    pub(super) fn reopen(&mut self, list: char) {
        assert_eq!(self.file.items.pop(), Some(Item::End));
        let Some(Item::Folder(folder)) = self.file.items.last() else {
            panic!("a folder has been completed")
        };
        self.path.push(folder.name.clone());
        self.lists.push(list);
    }

    pub(super) fn close_list(&mut self) {
        if self.lists.pop().is_some_and(|list| "du".contains(list)) {
            self.path.pop();
            self.file.items.push(Item::End);
        }
        self.after = "";
    }
}
