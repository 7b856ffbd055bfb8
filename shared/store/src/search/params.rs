//! The parameters of a search.

use url::Host;
use uuid::Uuid;
use web::{Error, PageRequest, Query, Request, limit};

use super::cursor::Cursor;
use super::spelling::Corrected;
use super::terms::Terms;

/// Characters of a text that is searched for. A longer one is no search, and each word of it costs.
const MAX_LENGTH: usize = 1_000;

/// Tags that may be asked for at once.
const MAX_TAGS: usize = 100;

/// The order of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// The last stored first; of one import, the last of the file. It is the order where there are no words.
    Stored,
    /// By the rank of the match.
    Relevance,
    /// By when the bookmark was added, or else stored, the last first.
    Newest,
    /// The same, the first first.
    Oldest,
    /// By when the bookmark was changed, the last first.
    Modified,
    /// By the title's beginning in lower case.
    Title,
}

/// The parameters of a search.
#[derive(Clone, Debug)]
pub struct SearchParams {
    /// The words that were typed, without tags.
    pub(crate) terms: Terms,
    pub(crate) tags: Vec<String>,
    pub(crate) excluded_tags: Vec<String>,
    pub(crate) untagged: bool,
    /// As `bookmarks.domain` writes it.
    pub(crate) domain: Option<String>,
    pub(crate) folder: Option<Folder>,
    /// The project; none for all bookmarks.
    pub project_id: Option<i32>,
    pub(crate) archived: Option<bool>,
    pub(crate) unread: Option<bool>,
    /// The order of the result.
    pub sort: Sort,
    /// The requested page of the result.
    pub page: PageRequest<Cursor>,
    /// Corrections that are searched in the place of misspelt words.
    pub(crate) corrected: Corrected,
}

/// A folder, with all that are in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Folder {
    Id(Uuid),
    /// The names on its path, joined by `/`.
    Path(String),
}

impl Folder {
    fn read(text: String) -> Self {
        match text.parse() {
            Ok(id) if text.len() == 36 => Self::Id(id),
            _ => Self::Path(without_last_slash(text)),
        }
    }

    /// As the statement's parameter.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Id(id) => id.to_string(),
            Self::Path(path) => path.clone(),
        }
    }
}

/// What narrows a search, in words: the parameters of a query string, or the members of a filter in JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// The text that is searched for.
    pub q: Option<String>,
    /// Tags that must all be there.
    pub tags: Vec<String>,
    /// True for bookmarks without tags alone.
    pub untagged: bool,
    /// The host, with its subdomains.
    pub domain: Option<String>,
    /// The id of a folder, or the names on its path joined by `/`.
    pub folder: Option<String>,
    /// The project.
    pub project_id: Option<i32>,
    /// Bookmarks that were put away, or those that were not.
    pub archived: Option<bool>,
    /// Bookmarks that are unread, or those that are not.
    pub unread: Option<bool>,
}

impl Filter {
    /// The parameters of a query string that [`Filter::read`] reads.
    pub const PARAMETERS: [&str; 8] =
        ["q", "tag", "untagged", "domain", "folder", "project_id", "archived", "unread"];

    /// Reads the query string.
    ///
    /// # Errors
    /// 400 for a parameter that has another type.
    pub fn read(query: &Query) -> Result<Self, Error> {
        let text = |name| query.text(name).map(str::to_owned);
        let state = |name| query.value::<bool>(name, "true or false");
        Ok(Self {
            q: text("q"),
            tags: query.texts("tag").map(str::to_owned).collect(),
            untagged: state("untagged")?.unwrap_or_default(),
            domain: text("domain"),
            folder: text("folder"),
            project_id: query.value("project_id", "a whole number")?,
            archived: state("archived")?,
            unread: state("unread")?,
        })
    }
}

impl SearchParams {
    /// Reads the query string of a search: [`Filter::PARAMETERS`], `sort`, `limit` and `cursor`.
    ///
    /// # Errors
    /// 400 for a parameter that is wrong.
    pub fn read(request: &Request) -> Result<Self, Error> {
        Self::read_with(request, &[]).map(|(params, _)| params)
    }

    /// The same of a query string that may say more, which `further` names.
    ///
    /// # Errors
    /// 400 for a parameter that is wrong.
    pub fn read_with(request: &Request, further: &[&str]) -> Result<(Self, Query), Error> {
        let mut known = Filter::PARAMETERS.to_vec();
        known.extend(["sort", "limit", "cursor"]);
        known.extend(further);
        let query = Query::read_repeating(request, &known, &["tag"])?;
        let params = Self::of(Filter::read(&query)?)?;
        let sort = sort(query.text("sort"), params.terms.has_words())?;
        let mut after = query.text("cursor").map(|cursor| Cursor::read(cursor, sort)).transpose()?;
        let corrected = after.as_mut().map(Cursor::take_corrected).unwrap_or_default();
        let page = PageRequest { limit: limit(&query)?, after };
        Ok((Self { sort, page, corrected, ..params }, query))
    }

    /// All that a filter lets through, in the order in which it was stored.
    ///
    /// # Errors
    /// 400 for a text that is too long, or that no bookmark can have.
    pub fn of(filter: Filter) -> Result<Self, Error> {
        let texts = [("q", &filter.q), ("domain", &filter.domain), ("folder", &filter.folder)];
        for (name, text) in texts.iter().filter_map(|(name, text)| text.as_ref().map(|text| (name, text))) {
            check(name, text)?;
        }
        for tag in &filter.tags {
            check("tag", tag)?;
        }
        let mut terms = filter.q.as_deref().map(Terms::read).unwrap_or_default();
        let mut tags = filter.tags;
        tags.append(&mut terms.tags);
        let excluded_tags = std::mem::take(&mut terms.excluded_tags);
        if tags.len() + excluded_tags.len() > MAX_TAGS {
            return Err(Error::bad_request(format!("A search may name {MAX_TAGS} tags.")));
        }
        Ok(Self {
            untagged: filter.untagged || terms.untagged,
            terms,
            tags,
            excluded_tags,
            domain: filter.domain.as_deref().map(domain),
            folder: filter.folder.map(Folder::read),
            project_id: filter.project_id,
            archived: filter.archived,
            unread: filter.unread,
            sort: Sort::Stored,
            page: PageRequest { limit: None, after: None },
            corrected: Corrected::default(),
        })
    }

    /// Returns whether tags or the domain narrow the result, which documents have labels for. What has no
    /// tags, an index of bookmarks says.
    pub(crate) fn has_labels(&self) -> bool {
        self.names_tags() || self.domain.is_some()
    }

    /// Returns whether tags narrow the result.
    pub(crate) fn names_tags(&self) -> bool {
        !self.tags.is_empty() || !self.excluded_tags.is_empty()
    }
}

fn sort(name: Option<&str>, has_words: bool) -> Result<Sort, Error> {
    match name {
        None | Some("relevance") if has_words => Ok(Sort::Relevance),
        None | Some("relevance") => Ok(Sort::Stored),
        Some("newest" | "date") => Ok(Sort::Newest),
        Some("oldest") => Ok(Sort::Oldest),
        Some("modified") => Ok(Sort::Modified),
        Some("title") => Ok(Sort::Title),
        Some(_) => Err(Error::bad_request(
            "The parameter sort must be relevance, newest, oldest, modified or title; date is another word \
             for newest.",
        )),
    }
}

fn check(name: &str, text: &str) -> Result<(), Error> {
    if text.contains('\0') {
        return Err(Error::bad_request(format!(
            "The parameter {name} holds U+0000, which no bookmark does."
        )));
    }
    if text.chars().nth(MAX_LENGTH).is_some() {
        return Err(Error::bad_request(format!(
            "The parameter {name} is longer than {MAX_LENGTH} characters."
        )));
    }
    Ok(())
}

/// A domain as people write it, as it is stored: lower case, punycode, without a leading `www.`.
fn domain(written: &str) -> String {
    let host = Host::parse(written).map_or_else(|_| written.to_lowercase(), |host| host.to_string());
    host.strip_prefix("www.").filter(|rest| !rest.is_empty()).unwrap_or(&host).to_owned()
}

fn without_last_slash(mut folder: String) -> String {
    if folder.len() > 1 && folder.ends_with('/') {
        folder.pop();
    }
    folder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_brought_into_the_form_in_which_it_is_stored() {
        for (written, stored) in [
            ("Example.COM", "example.com"),
            ("www.example.com", "example.com"),
            ("www.", "www."),
            ("Bücher.example", "xn--bcher-kva.example"),
            ("[::1]", "[::1]"),
            ("no host at all", "no host at all"),
        ] {
            assert_eq!(domain(written), stored);
        }
    }

    #[test]
    fn a_folder_is_named_by_its_id_or_its_path() {
        let id = "01900000-0000-7000-8000-000000000000";
        assert_eq!(Folder::read(id.to_owned()), Folder::Id(id.parse().unwrap()));
        for path in ["A/B", "01900000000070008000000000000000"] {
            assert_eq!(Folder::read(path.to_owned()), Folder::Path(path.to_owned()));
        }
    }

    #[test]
    fn a_folder_may_end_with_a_slash() {
        for (written, meant) in [("A/B/", "A/B"), ("A/B", "A/B"), ("/", "/"), ("A//", "A/")] {
            assert_eq!(without_last_slash(written.to_owned()), meant);
        }
    }
}
