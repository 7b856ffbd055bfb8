//! The requests that are measured, each beside linkding's of the same purpose.

use anyhow::Result;
use http::Method;
use serde_json::{Value, json};

use super::linkding::{self, BY_CHANGE, BY_TITLE, List};
use crate::rig::{ORGANIZATION, Rig};

/// So many bookmarks are changed at once.
pub(crate) const BULK: u32 = 1_000;

/// Past this, a request takes too long in the database, in ms.
const TARGET_MS: f64 = 10.0;

/// The same for a change of [`BULK`] bookmarks.
const BULK_TARGET_MS: f64 = 200.0;

/// A kind of request.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) name: &'static str,
    pub(crate) method: Method,
    pub(crate) target: String,
    pub(crate) body: Body,
    /// The cursor of a page half-way down the list.
    pub(crate) is_half_way: bool,
    /// None where it has no bound.
    pub(crate) target_ms: Option<f64>,
    pub(crate) linkding: Option<linkding::Request>,
}

/// The JSON of a request, which differs from round to round.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    None,
    Edit,
    /// A tag for these.
    BulkOfIds(Vec<String>),
    /// Read or unread, for the bookmarks of a tag.
    BulkOfTag(String),
}

impl Body {
    pub(crate) fn json(&self, round: usize) -> Option<Value> {
        match self {
            Self::None => None,
            Self::Edit => Some(json!({ "title": format!("Edited {round}") })),
            Self::BulkOfIds(ids) => {
                Some(json!({ "ids": ids, "do": { "add_tags": [format!("bulk-{round}")] } }))
            }
            Self::BulkOfTag(tag) => {
                Some(json!({ "filter": { "tag": tag }, "do": { "archive": round.is_multiple_of(2) } }))
            }
        }
    }
}

/// What is asked for, of which the rows have a known share.
#[derive(Debug)]
struct Words {
    rare: String,
    usual: String,
    frequent: String,
    tag: String,
    domain: String,
}

impl Words {
    async fn look_up(rig: &Rig, own: u32) -> Result<Self> {
        let word = |documents: u32| {
            format!(
                "SELECT word FROM search_vocabulary
                 WHERE organization_id = '{ORGANIZATION}' AND word ~ '^[a-z]{{6}}$'
                 ORDER BY abs(documents - {documents}), word LIMIT 1"
            )
        };
        let tag = format!(
            "SELECT tag FROM bookmarks, unnest(tags) AS tag WHERE organization_id = '{ORGANIZATION}'
             GROUP BY tag ORDER BY abs(count(*) - {}), tag LIMIT 1",
            own / 250
        );
        let domain = format!(
            "SELECT domain::text FROM bookmarks WHERE organization_id = '{ORGANIZATION}'
             GROUP BY domain ORDER BY abs(count(*) - {}), domain LIMIT 1",
            own / 500
        );
        Ok(Self {
            rare: rig.ask(&word(30)).await?,
            usual: rig.ask(&word(own / 200)).await?,
            frequent: rig.ask(&word(own / 20)).await?,
            tag: rig.ask(&tag).await?,
            domain: rig.ask(&domain).await?,
        })
    }
}

fn get(name: &'static str, target: &str, linkding: Option<linkding::Request>) -> Asked {
    Asked {
        name,
        method: Method::GET,
        target: target.to_owned(),
        body: Body::None,
        is_half_way: false,
        target_ms: Some(TARGET_MS),
        linkding,
    }
}

fn list(condition: String) -> Option<linkding::Request> {
    Some(linkding::Request::List(List { condition, ..List::default() }))
}

/// The requests, reading ones first.
pub(crate) async fn requests(rig: &Rig, own: u32) -> Result<Vec<Asked>> {
    let Words { rare, usual, frequent, tag, domain } = &Words::look_up(rig, own).await?;
    let half = own / 2;
    let by = |order, offset| Some(linkding::Request::List(List { order, offset, ..List::default() }));
    let half_way = |asked: Asked| Asked { is_half_way: true, ..asked };
    let unbound = |asked: Asked| Asked { target_ms: None, ..asked };
    let archived = Some(linkding::Request::List(List { is_archived: true, ..List::default() }));
    let of_folder = "018f0000-0000-7000-9000-000000000040";
    let hash = |name: &str| format!("%23{name}");
    let inner = usual.get(1..5).unwrap_or_default();
    let mut asked = vec![
        get("list", "/?sort=newest", list(String::new())),
        half_way(get("list, half-way", "/?sort=newest", by("", half))),
        get("by last change", "/?sort=modified", by(BY_CHANGE, 0)),
        half_way(get("by last change, half-way", "/?sort=modified", by(BY_CHANGE, half))),
        get("by title", "/?sort=title", by(BY_TITLE, 0)),
        half_way(get("by title, half-way", "/?sort=title", by(BY_TITLE, half))),
        get("archived", "/?archived=true", archived),
        get("unread", "/?unread=true", list("AND \"bookmarks_bookmark\".\"unread\"".to_owned())),
        get("a folder", &format!("/?folder={of_folder}"), None),
        get("a tag", &format!("/?tag={tag}"), list(linkding::tag(tag))),
        get("a domain", &format!("/?domain={domain}"), None),
        get("a rare word", &format!("/?q={rare}%20"), list(linkding::word(rare))),
        get("a usual word", &format!("/?q={usual}%20"), list(linkding::word(usual))),
        unbound(get("a frequent word", &format!("/?q={frequent}%20"), list(linkding::word(frequent)))),
        get("the beginning of a word", &format!("/?q={}", rare.get(..5).unwrap_or_default()), None),
        unbound(get("the middle of a word", &format!("/?q={inner}"), list(linkding::word(inner)))),
        get("folders with counts", "/folders", None),
        unbound(get("tags with counts", "/tags", None)),
        unbound(get("linkding: list", "/api/bookmarks/", list(String::new()))),
        unbound(get("linkding: half-way", &format!("/api/bookmarks/?offset={half}"), by("", half))),
        unbound(get(
            "linkding: a tag",
            &format!("/api/bookmarks/?q={}", hash(tag)),
            list(linkding::tag(tag)),
        )),
        unbound(get("linkding: a word", &format!("/api/bookmarks/?q={usual}"), list(linkding::word(usual)))),
        unbound(get("linkding: tags", "/api/tags/?limit=5000", Some(linkding::Request::Tags))),
    ];
    let ids: String = rig
        .ask(&format!(
            "SELECT string_agg(id::text, ',') FROM (
                 SELECT id FROM bookmarks WHERE organization_id = '{ORGANIZATION}' ORDER BY id LIMIT {BULK}
             ) AS b"
        ))
        .await?;
    let ids: Vec<String> = ids.split(',').map(str::to_owned).collect();
    let edited = ids.last().cloned().unwrap_or_default();
    let write = |name, method, target: String, body, target_ms, linkding| Asked {
        name,
        method,
        target,
        body,
        is_half_way: false,
        target_ms: Some(target_ms),
        linkding,
    };
    asked.extend([
        write(
            "an edit",
            Method::PATCH,
            format!("/{edited}"),
            Body::Edit,
            TARGET_MS,
            Some(linkding::Request::Edit),
        ),
        write(
            "a change of 1,000 by ids",
            Method::POST,
            "/bulk".to_owned(),
            Body::BulkOfIds(ids),
            BULK_TARGET_MS,
            Some(linkding::Request::Bulk(BULK)),
        ),
        write(
            "a change of 1,000 by a tag",
            Method::POST,
            "/bulk".to_owned(),
            Body::BulkOfTag("bulk-1".to_owned()),
            BULK_TARGET_MS,
            None,
        ),
    ]);
    Ok(asked)
}
