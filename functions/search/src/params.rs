//! The parameters of a search.

use url::Host;
use web::{Error, PageRequest, Query, Request, limit};

use crate::cursor::Cursor;
use crate::spelling::Corrected;
use crate::terms::Terms;

/// Characters of a text that is searched for. A longer one is no search, and each word of it costs.
const MAX_LENGTH: usize = 1_000;

/// Tags that may be asked for at once.
const MAX_TAGS: usize = 100;

/// The order of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// The last stored first; of one import, the last of the file. It is the order where there are no words.
    Stored,
    Relevance,
    /// By when the bookmark was added, or else stored.
    Newest,
    Oldest,
    Title,
}

/// The parameters of a search.
#[derive(Clone, Debug)]
pub(crate) struct SearchParams {
    /// The words that were typed, without tags.
    pub(crate) terms: Terms,
    pub(crate) tags: Vec<String>,
    pub(crate) excluded_tags: Vec<String>,
    pub(crate) untagged: bool,
    /// As `bookmarks.domain` writes it.
    pub(crate) domain: Option<String>,
    pub(crate) folder: Option<String>,
    pub(crate) project_id: Option<i32>,
    pub(crate) sort: Sort,
    /// The requested page of the result.
    pub(crate) page: PageRequest<Cursor>,
    /// Corrections that are searched in the place of misspelt words.
    pub(crate) corrected: Corrected,
}

impl SearchParams {
    /// Reads the query string.
    ///
    /// # Errors
    /// 400 for a parameter that is wrong.
    pub(crate) fn read(request: &Request) -> Result<Self, Error> {
        let known = ["q", "tag", "untagged", "domain", "folder", "project_id", "sort", "limit", "cursor"];
        let query = Query::read_repeating(request, &known, &["tag"])?;
        let mut terms = text(&query, "q")?.map(|q| Terms::read(&q)).unwrap_or_default();
        let mut tags: Vec<String> = query.texts("tag").map(str::to_owned).collect();
        for tag in &tags {
            check("tag", tag)?;
        }
        tags.append(&mut terms.tags);
        let excluded_tags = std::mem::take(&mut terms.excluded_tags);
        if tags.len() + excluded_tags.len() > MAX_TAGS {
            return Err(Error::bad_request(format!("A search may name {MAX_TAGS} tags.")));
        }
        let untagged =
            query.value::<bool>("untagged", "true or false")?.unwrap_or_default() || terms.untagged;
        let limit = limit(&query)?;
        let sort = sort(query.text("sort"), terms.has_words())?;
        let mut after = query.text("cursor").map(|cursor| Cursor::read(cursor, sort)).transpose()?;
        let corrected = after.as_mut().map(Cursor::take_corrected).unwrap_or_default();
        Ok(Self {
            terms,
            tags,
            excluded_tags,
            untagged,
            domain: text(&query, "domain")?.as_deref().map(domain),
            folder: text(&query, "folder")?.map(without_last_slash),
            project_id: query.value("project_id", "a whole number")?,
            sort,
            page: PageRequest { limit, after },
            corrected,
        })
    }

    /// Returns whether anything but the words of `q` and the folder narrows the result: what documents have
    /// labels for.
    pub(crate) fn has_labels(&self) -> bool {
        self.names_tags() || self.untagged || self.domain.is_some() || self.project_id.is_some()
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
        Some("title") => Ok(Sort::Title),
        Some(_) => Err(Error::bad_request(
            "The parameter sort must be relevance, newest, oldest or title; date is another word for newest.",
        )),
    }
}

fn text(query: &Query, name: &str) -> Result<Option<String>, Error> {
    query.text(name).map(|text| check(name, text).map(|()| text.to_owned())).transpose()
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
    fn a_folder_may_end_with_a_slash() {
        for (written, meant) in [("A/B/", "A/B"), ("A/B", "A/B"), ("/", "/"), ("A//", "A/")] {
            assert_eq!(without_last_slash(written.to_owned()), meant);
        }
    }
}
