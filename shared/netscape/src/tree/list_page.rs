//! Decides whether a page of lists with links is a bookmark file. Pocket, Instapaper and others write such
//! pages without a doctype of their own, and many an ordinary page holds lists of links as well.

/// The longest title that is looked at.
const TITLE: usize = 64;

/// The evidence of a page so far.
#[derive(Debug, Default)]
pub(super) struct ListPage {
    title: Title,
    /// Items with an absolute address.
    items: u32,
    /// Lists under a heading.
    sections: u32,
    /// A list in an item with a name.
    is_nested: bool,
    /// There is other text or another link.
    is_ordinary: bool,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Title {
    #[default]
    Other,
    /// One that people give to a page of bookmarks.
    Bookmarks,
    /// One that an exporter writes.
    Export,
}

impl ListPage {
    pub(super) fn title(&mut self, title: &[u8]) {
        let is = |titles: &[&str]| {
            titles.iter().any(|other| title.trim_ascii().eq_ignore_ascii_case(other.as_bytes()))
        };
        if title.len() <= TITLE {
            self.title = match () {
                () if is(&["Instapaper: Export", "Pocket Export"]) => Title::Export,
                () if is(&["Bookmarks", "Bookmarks Menu", "My Bookmarks"]) => Title::Bookmarks,
                () => Title::Other,
            };
        }
    }

    /// Returns whether the title alone says that it is one.
    pub(super) fn is_export(&self) -> bool {
        self.title == Title::Export
    }

    /// Returns whether the title and an item say so.
    pub(super) fn is_titled(&self) -> bool {
        self.title == Title::Bookmarks && self.items > 0
    }

    /// Returns whether, at the end of the page, its structure shows a bookmark file: it has nothing but links
    /// in lists, in two sections or nested.
    pub(super) fn is_one(&self) -> bool {
        !self.is_ordinary && self.items > 0 && (self.sections > 1 || self.is_nested)
    }

    /// Takes a link that its item begins with, or has text before it.
    pub(super) fn item(&mut self, address: &str, is_first: bool) {
        if is_first && has_scheme(address) {
            self.items = self.items.saturating_add(1);
        } else {
            self.is_ordinary = true;
        }
    }

    pub(super) fn other_link(&mut self) {
        self.is_ordinary = true;
    }

    /// Takes a list with a name, which an item or a heading holds.
    pub(super) fn folder(&mut self, in_item: bool) {
        self.is_nested |= in_item;
        self.sections = self.sections.saturating_add(u32::from(!in_item));
    }

    /// Takes text outside of lists.
    pub(super) fn text(&mut self, raw: &[u8]) {
        self.is_ordinary |= !raw.trim_ascii().is_empty();
    }
}

/// Returns whether an address begins with a scheme (RFC 3986, section 3.1).
fn has_scheme(address: &str) -> bool {
    let scheme = address.trim_ascii().split_once(':').map_or("", |(scheme, _)| scheme);
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    scheme.starts_with(|first: char| first.is_ascii_alphabetic()) && scheme.bytes().all(is_part)
}
