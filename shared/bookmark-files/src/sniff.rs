//! Recognises a format by the start of a file, never by its name.

use crate::Error;
use crate::fields::quote;
use crate::formats::Format;
use crate::json::Json;
use crate::table;
use crate::token::{Token, Tokens};

/// The names in an object and in the first entries of its lists, as far as the head goes.
#[derive(Debug, Default)]
struct Names {
    is_object: bool,
    /// The object's names; of a list, those of its first object.
    names: Vec<String>,
    /// For each name that has a list, the names of the list's first object.
    items: Vec<(String, Vec<String>)>,
}

/// A recognised format; of a table, its separator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sniffed {
    pub(crate) format: Format,
    pub(crate) separator: u8,
}

/// More names say no more about a file.
const MOST_NAMES: usize = 200;

/// Recognises the format. What may be HTML, which an HTML reader must judge, is [`Format::Html`].
pub(crate) fn sniff(head: &[u8]) -> Result<Sniffed, Error> {
    let of = |format| Ok(Sniffed { format, separator: b',' });
    let text = head.trim_ascii_start();
    if head.starts_with(b"bplist00") || is_xml_plist(text) {
        return of(Format::Safari);
    }
    match text.first() {
        Some(b'{' | b'[') => {
            let names = names_of(text);
            match format_of(&names) {
                Some(format) => of(format),
                None => Err(Error::Unknown { found: describe(&names) }),
            }
        }
        Some(b'<') | None => of(Format::Html),
        Some(_) => match table::header_of(text) {
            None => of(Format::Html),
            Some((separator, columns)) => match format_of_table(&columns) {
                Some(format) => Ok(Sniffed { format, separator }),
                // Text with a comma may come before HTML.
                None if memchr::memchr(b'<', head).is_some() => of(Format::Html),
                None => {
                    Err(Error::Unknown { found: format!("a table with the columns {}", listed(&columns)) })
                }
            },
        },
    }
}

fn is_xml_plist(text: &[u8]) -> bool {
    let start = String::from_utf8_lossy(text.get(..1_024).unwrap_or(text)).into_owned();
    start.starts_with('<') && (start.contains("<!DOCTYPE plist") || start.contains("<plist"))
}

fn format_of(names: &Names) -> Option<Format> {
    let has = |name: &str| names.names.iter().any(|other| other == name);
    let items = |list: &str| names.items.iter().find(|(name, _)| name == list).map(|(_, items)| items);
    let items_have =
        |list: &str, name: &str| items(list).is_some_and(|items| items.iter().any(|other| other == name));
    if !names.is_object {
        return if has("tag_names") {
            Some(Format::Linkding)
        } else if has("href") {
            Some(Format::Pinboard)
        } else if has("savedAt") && (has("slug") || has("labels")) {
            Some(Format::Omnivore)
        } else {
            None
        };
    }
    if has("roots") {
        Some(Format::Chromium)
    } else if has("children") && (has("typeCode") || has("root")) {
        Some(Format::Firefox)
    } else if has("bookmarks") && has("exported_at") {
        Some(Format::Branchline)
    } else if has("bookmarks")
        && (has("lists") || items_have("bookmarks", "content") || items_have("bookmarks", "createdAt"))
    {
        Some(Format::Karakeep)
    } else if has("collections") {
        Some(Format::Linkwarden)
    } else if has("results") && (has("next") || has("count") || items_have("results", "tag_names")) {
        Some(Format::Linkding)
    } else {
        None
    }
}

fn format_of_table(columns: &[String]) -> Option<Format> {
    let has = |name: &str| columns.iter().any(|column| column == name);
    if !has("url") {
        None
    } else if has("time_added") {
        Some(Format::Pocket)
    } else if has("selection") && has("folder") {
        Some(Format::Instapaper)
    } else if columns.iter().all(|column| crate::formats::RAINDROP_COLUMNS.contains(&column.as_str())) {
        Some(Format::Raindrop)
    } else {
        None
    }
}

/// Reads names until the head ends, or is no JSON.
fn names_of(head: &[u8]) -> Names {
    let mut json = Json::new(Box::new(head));
    let mut names = Names::default();
    let mut open: Vec<Token> = Vec::new();
    // The name whose value comes, in the file's object.
    let mut name = String::new();
    let mut has_item = false;
    while let Ok(Some(token)) = json.next() {
        match token {
            Token::ObjectStart | Token::ArrayStart => {
                names.is_object |= open.is_empty() && token == Token::ObjectStart;
                if open.len() == 1
                    && names.is_object
                    && token == Token::ArrayStart
                    && names.items.len() < MOST_NAMES
                {
                    names.items.push((name.clone(), Vec::new()));
                    has_item = false;
                }
                open.push(token);
            }
            Token::ObjectEnd | Token::ArrayEnd => {
                open.pop();
                has_item |= open.len() == if names.is_object { 2 } else { 1 };
            }
            Token::Key => match open.as_slice() {
                [Token::ObjectStart] if names.names.len() < MOST_NAMES => {
                    json.text().clone_into(&mut name);
                    names.names.push(name.clone());
                }
                [Token::ArrayStart, Token::ObjectStart] if !has_item && names.names.len() < MOST_NAMES => {
                    names.names.push(json.text().to_owned());
                }
                [Token::ObjectStart, Token::ArrayStart, Token::ObjectStart] if !has_item => {
                    if let Some((_, items)) =
                        names.items.last_mut().filter(|(_, items)| items.len() < MOST_NAMES)
                    {
                        items.push(json.text().to_owned());
                    }
                }
                _ => {}
            },
            _ => {}
        }
    }
    names
}

fn describe(names: &Names) -> String {
    match (names.is_object, names.names.is_empty()) {
        (true, true) => "JSON, an object without names".to_owned(),
        (true, false) => format!("JSON, an object with the names {}", listed(&names.names)),
        (false, true) => "JSON, a list without objects".to_owned(),
        (false, false) => format!("JSON, a list of objects with the names {}", listed(&names.names)),
    }
}

/// The first names, shortened.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 12;
    let shown = names.iter().take(SHOWN).map(|name| {
        let start: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
        quote(&start)
    });
    let more = if names.len() > SHOWN { ", …" } else { "" };
    format!("{}{more}", shown.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(head: &str) -> Format {
        sniff(head.as_bytes()).unwrap().format
    }

    fn found(head: &str) -> String {
        sniff(head.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn a_format_is_known_by_its_names() {
        for (head, expected) in [
            (r#"{"checksum": "x", "roots": {"bookmark_bar": {"#, Format::Chromium),
            (r#"{"guid":"root________","typeCode":2,"children":[{"guid":"#, Format::Firefox),
            (r#"[{"href":"https://a.example/","description":"a""#, Format::Pinboard),
            (r#"{"count":0,"next":null,"previous":null,"results":[]}"#, Format::Linkding),
            (r#"[{"id":1,"tag_names":["#, Format::Linkding),
            (r#"{"id":1,"username":"me","collections":[{"id":1"#, Format::Linkwarden),
            (r#"{"bookmarks":[{"createdAt":1700000000,"#, Format::Karakeep),
            (r#"{"bookmarks":[],"lists":[]}"#, Format::Karakeep),
            (r#"[{"id":"1","slug":"a","title":"A","labels":[],"savedAt":"#, Format::Omnivore),
            (r#"{"project_id":1,"exported_at":"2026-01-01T00:00:00Z","bookmarks":["#, Format::Branchline),
            ("title,url,time_added,cursor,tags,status\r\n", Format::Pocket),
            ("id,title,note,excerpt,url,folder,tags,created,cover,highlights,favorite\n", Format::Raindrop),
            ("tags;url\n", Format::Raindrop),
            ("URL,Title,Selection,Folder,Timestamp,Tags\n", Format::Instapaper),
            ("bplist00\u{1}", Format::Safari),
            ("<?xml version=\"1.0\"?>\n<!DOCTYPE plist PUBLIC", Format::Safari),
            (" <!DOCTYPE NETSCAPE-Bookmark-file-1>", Format::Html),
            ("hello, <DL><DT><A HREF=", Format::Html),
            ("hello", Format::Html),
        ] {
            assert_eq!(format(head), expected, "{head}");
        }
    }

    #[test]
    fn what_is_unknown_is_described() {
        assert_eq!(
            found(r#"{"windows": [1], "session": {}}"#),
            "JSON, an object with the names windows, session"
        );
        assert_eq!(found(r#"[{"a": 1, "b": 2}, {"c": 3}]"#), "JSON, a list of objects with the names a, b");
        assert_eq!(
            found(r#"{"guid": "x", "type": "folder", "children": []}"#),
            "JSON, an object with the names guid, type, children"
        );
        assert_eq!(found("[1]"), "JSON, a list without objects");
        assert_eq!(found("name,age\nx,1"), "a table with the columns name, age");
        let many = (0..20).map(|n| format!("c{n}")).collect::<Vec<_>>().join(",");
        assert!(found(&many).ends_with("c11, …"));
    }
}
