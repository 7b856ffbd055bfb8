//! A second reader to compare the first with: html5gum reads attributes and character references, and where
//! markup is and what it means is written once more, with no thought of speed. It knows the whole file and
//! takes it as UTF-8.
//!
//! It shares nothing with the reader but the reading of dates, which have tests of their own. What the reader
//! makes of a garbled tag has tests of its own as well; here there is no answer.

#![allow(clippy::expect_used, reason = "helpers of tests are tests too")]

use crate::common::{Bookmark, File, Folder, Item, Pairs, Separator};
use html5gum::Tokenizer;
use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use netscape::{Timestamp, limits};

/// Reads a file that is in UTF-8, apart from ill-formed sequences. Lines are not counted: each is 0. `None`
/// if a tag of an entry is garbled or does not end.
pub fn read(file: &[u8]) -> Option<File> {
    let raw = String::from_utf8_lossy(file);
    let text = one_line_end(&raw).replace('\0', "\u{FFFD}");
    let first_end = raw.find(['\n', '\r']).unwrap_or(raw.len());
    let lf_cr = raw[first_end..].starts_with("\n\r");
    let mut oracle = Oracle { lf_cr, ..Oracle::default() };
    let mut at = 0;
    while at < text.len() {
        at += oracle.step(&text, at)?;
    }
    Some(oracle.finish())
}

/// Text as it is shown, from as it stands in a file.
fn decoded(raw: &str) -> String {
    let mut out = String::new();
    let emitter = CallbackEmitter::new(|event: CallbackEvent<'_>, _: html5gum::Span<()>| match event {
        CallbackEvent::String { value } => {
            Some(String::from_utf8(value.to_vec()).expect("UTF-8 stays UTF-8"))
        }
        _ => None,
    });
    // A `<` is literal here.
    let source = raw.replace('<', "&lt;");
    for text in Tokenizer::new_with_emitter(source.as_str(), emitter) {
        out.push_str(&text.expect("text in memory can be read"));
    }
    out
}

/// The attributes of a start tag.
fn attributes(tag: &str) -> Pairs {
    let own = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8 stays UTF-8");
    let mut pairs = Pairs::new();
    let emitter = CallbackEmitter::new(move |event: CallbackEvent<'_>, _: html5gum::Span<()>| {
        match event {
            CallbackEvent::AttributeName { name } => pairs.push((own(name), String::new())),
            CallbackEvent::AttributeValue { value } => {
                pairs.last_mut().expect("a value follows a name").1 = own(value);
            }
            CallbackEvent::CloseStartTag { .. } => return Some(std::mem::take(&mut pairs)),
            _ => {}
        }
        None
    });
    let mut tags = Tokenizer::new_with_emitter(tag, emitter);
    tags.next().expect("a tag").expect("text in memory can be read")
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

/// Returns the end of a raw element's content: before its end tag, a `<dt>` or a `<dl>`.
fn raw_end(text: &str, name: &str) -> usize {
    let lower = text.to_ascii_lowercase();
    let is_tag = |tail: &str, tag: &str| {
        tail.strip_prefix(tag).is_some_and(|rest| rest.starts_with([' ', '\t', '\n', '\x0C', '/', '>']))
    };
    let ends = |at: &usize| {
        is_tag(&lower[*at..], &format!("</{name}"))
            || is_tag(&lower[*at..], "<dt")
            || is_tag(&lower[*at..], "<dl")
    };
    lower.match_indices('<').map(|(at, _)| at).find(ends).unwrap_or(text.len())
}

/// The length of a comment, if it ends.
fn comment_length(text: &str) -> Option<usize> {
    let inner = &text["<!--".len()..];
    if inner.starts_with('>') || inner.starts_with("->") {
        return text.find('>').map(|end| end + 1);
    }
    let ends = inner.match_indices('>').map(|(end, _)| end);
    let end = ends.into_iter().find(|&end| inner[..end].ends_with("--") || inner[..end].ends_with("--!"))?;
    Some("<!--".len() + end + 1)
}

/// `</` before anything but a letter.
fn is_bogus_end(text: &str) -> bool {
    text.strip_prefix("</").is_some_and(|rest| !rest.is_empty())
}

/// Returns whether a name's end tag follows before another entry begins.
fn name_goes_on(text: &str, is_folder: bool) -> bool {
    for (at, _) in text.match_indices('<') {
        let mut rest = &text[at + 1..];
        let is_end = rest.starts_with('/');
        if is_end {
            rest = &rest[1..];
        }
        let Some(length) = rest.find(|c: char| is_space(c) || matches!(c, '/' | '>' | '<')) else {
            return false;
        };
        let name = rest[..length].to_ascii_lowercase();
        let is_spaced = rest[length..].starts_with(is_space);
        let is_heading = is_heading(&name);
        if is_end && if is_folder { is_heading } else { name == "a" } {
            return true;
        }
        if !is_end && ((name == "a" && is_spaced) || (is_heading && (is_folder || is_spaced))) {
            return false;
        }
    }
    false
}

/// The length of the rest of an entry's tag after its name. None if it is garbled or does not end.
fn entry_tag_length(rest: &str) -> Option<usize> {
    let (length, is_whole) = tag_length(rest)?;
    let inner = rest[..length].strip_suffix('>').filter(|_| is_whole)?;
    whole_attributes_or_flags(inner)?;
    Some(length)
}

/// Returns whether attributes are written without doubt, those without a value included.
fn whole_attributes_or_flags(inner: &str) -> Option<()> {
    let mut rest = inner.trim_start_matches(|c| is_space(c) || c == '/');
    while !rest.is_empty() {
        let is_name = |c: char| c.is_ascii_alphanumeric() || "_-.:".contains(c) || !c.is_ascii();
        let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        let after = rest[length..].trim_start_matches(is_space);
        if length == 0 || length > limits::NAME_BYTES {
            return None;
        }
        rest = match after.strip_prefix('=').map(|value| value.trim_start_matches(is_space)) {
            None if after.is_empty() || after.starts_with('/') || after.len() < rest[length..].len() => after,
            None => return None,
            Some(value) => match value.chars().next() {
                Some(mark @ ('"' | '\'')) => {
                    let (_, after) = value[1..].split_once(mark)?;
                    // Else it is to be seen whether the value ends there.
                    if !(after.is_empty() || after.starts_with(is_space) || begins_attribute(after)) {
                        return None;
                    }
                    after
                }
                _ => &value[value.find(is_space).unwrap_or(value.len())..],
            },
        };
        if rest.trim_start_matches(is_space).starts_with('/')
            && !rest.trim_matches(|c| is_space(c) || c == '/').is_empty()
        {
            return None;
        }
        rest = rest.trim_start_matches(|c| is_space(c) || c == '/');
    }
    Some(())
}

/// Returns whether a quoted attribute follows without a space.
fn begins_attribute(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
    rest.len() < text.len() && (rest.starts_with("=\"") || rest.starts_with("='"))
}

/// The attributes of a tag in a text, or none in it if there is more than attributes with values. None if it
/// is garbled.
fn whole_attributes(inner: &str) -> Option<Option<Pairs>> {
    let bare = inner.strip_suffix('>').unwrap_or(inner);
    if bare.trim_matches(|c| is_space(c) || c == '/').is_empty() {
        return Some(Some(Pairs::new()));
    }
    whole_attributes_or_flags(bare)?;
    let pairs = attributes(&format!("<x {bare}>"));
    Some((pairs.iter().all(|(_, value)| !value.is_empty())).then_some(pairs))
}

const INLINE: &str = " abbr acronym b bdi bdo big blink cite code del dfn em font i ins kbd mark nobr q s \
                      samp small span strike strong sub sup tt u var wbr ";
const BLOCK: &str = " address article aside blockquote br caption center dir div figcaption figure footer \
                     header main menu nav p pre section table tbody td tfoot th thead tr ";
const PAGE: &str = " base body head html link meta ";
const FORMATTING: &str =
    " align border class color dir face height id lang loading rel size style target valign width ";
const LISTS: &str = " dd dl dt hr li ul ol a h1 h2 h3 h4 h5 h6 ";

fn is_in(set: &str, name: &str) -> bool {
    !name.is_empty() && !name.contains(' ') && set.contains(&format!(" {name} "))
}

fn is_heading(name: &str) -> bool {
    is_in(" h1 h2 h3 h4 h5 h6 ", name)
}

/// A tag at the start of the text: its name in lower case, whether it ends an element, and the length up to
/// there.
fn tag_name(text: &str) -> Option<(String, bool, usize)> {
    let is_end = text.starts_with("</");
    let start = if is_end { 2 } else { 1 };
    let rest = text.get(start..)?;
    if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let length = rest.find(|c: char| is_space(c) || matches!(c, '/' | '>' | '<')).unwrap_or(rest.len());
    Some((rest[..length].to_ascii_lowercase(), is_end, start + length))
}

/// The length of the rest of a tag after its name, and whether it ends with a `>`. None if nothing ends it.
fn tag_length(rest: &str) -> Option<(usize, bool)> {
    let mut quote = None;
    let mut before = ' ';
    for (at, c) in rest.char_indices() {
        match (c, quote) {
            ('<', _) => return Some((at, false)),
            (_, Some(mark)) => quote = (c != mark).then_some(mark),
            ('>', None) => return Some((at + 1, true)),
            ('"' | '\'', None) if before == '=' => quote = Some(c),
            _ => {}
        }
        before = if is_space(c) { before } else { c };
    }
    None
}

#[derive(Default)]
struct Oracle {
    file: File,
    /// `d` and `-` for a `<dl>` with and without a name, `u` and `.` for an `<ul>` or `<ol>` with and
    /// without.
    lists: Vec<char>,
    path: Vec<String>,
    draft: Option<Draft>,
    heading: String,
    /// `name`, `description`, `heading`, `item` or nothing.
    target: &'static str,
    /// `dt`, `li` or nothing.
    after: &'static str,
    lost: String,
    /// The address of the open link, and where its text begins.
    link: Option<(String, usize)>,
    lists_in_text: u32,
    body: bool,
    lf_cr: bool,
    cut: bool,
    blanks: Option<bool>,
    title: String,
    items: u32,
    sections: u32,
    nested: bool,
    ordinary: bool,
}

struct Draft {
    element: &'static str,
    attributes: Pairs,
    name: String,
    description: Option<String>,
}

impl Oracle {
    /// Reads a piece at `at` and gives its length.
    fn step(&mut self, text: &str, at: usize) -> Option<usize> {
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

    fn is_amid_entries(&self) -> bool {
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

    fn note_title(&mut self, title: &str) {
        let title = title.trim_matches(is_space).to_ascii_lowercase();
        self.file.is_bookmark_file |= matches!(&title[..], "instapaper: export" | "pocket export");
        if title == "pinboard bookmarks" && self.blanks.is_none() {
            self.blanks = Some(true);
        }
        self.title = title;
    }

    fn decide_on_tags(&mut self, name: &str, pairs: &Pairs, ahead: &str) {
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

    fn description(&mut self) -> Option<&mut String> {
        self.draft.as_mut().and_then(|draft| draft.description.as_mut())
    }

    fn end_link(&mut self) {
        let Some((address, start)) = self.link.take() else { return };
        let Some(text) = self.description() else { return };
        if text[start..].trim_matches(is_space) != address {
            let shown_end = text.trim_end_matches(is_space).len();
            let blank = text.split_off(if shown_end > start { shown_end } else { text.len() });
            let gap = if text.is_empty() || text.ends_with(is_space) { "" } else { " " };
            text.push_str(&format!("{gap}({address}){blank}"));
        }
    }

    fn text(&mut self, text: &str) {
        let amid = self.is_amid_entries();
        match (self.target, &mut self.draft) {
            ("heading" | "item", _) => self.heading.push_str(text),
            ("name", Some(draft)) => draft.name.push_str(text),
            ("description", Some(Draft { description: Some(description), .. })) => description.push_str(text),
            _ if amid => self.lost.push_str(text),
            _ => self.ordinary |= !text.trim_matches(is_space).is_empty(),
        }
    }

    fn start(&mut self, name: &str, attributes: Pairs) {
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

    fn note_link(&mut self, attributes: &Pairs) {
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

    fn end(&mut self, name: &str) {
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

    fn finish(mut self) -> File {
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

    fn begin(&mut self, element: &'static str, attributes: Pairs) {
        self.complete();
        self.heading.clear();
        self.after = "";
        self.draft = Some(Draft { element, attributes, name: String::new(), description: None });
    }

    fn complete(&mut self) {
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
    fn reopen(&mut self, list: char) {
        assert_eq!(self.file.items.pop(), Some(Item::End));
        let Some(Item::Folder(folder)) = self.file.items.last() else {
            panic!("a folder has been completed")
        };
        self.path.push(folder.name.clone());
        self.lists.push(list);
    }

    fn close_list(&mut self) {
        if self.lists.pop().is_some_and(|list| "du".contains(list)) {
            self.path.pop();
            self.file.items.push(Item::End);
        }
        self.after = "";
    }
}

impl Draft {
    fn into_item(mut self, path: &[String], blanks_separate: bool) -> Item {
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

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0C')
}
