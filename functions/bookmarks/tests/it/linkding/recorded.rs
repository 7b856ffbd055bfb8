//! linkding's own answers, as `record.py` recorded them, beside ours to the same requests.

use std::collections::BTreeMap;

use harness::{app, call_as};
use serde_json::{Map, Value, json};
use support::Event;

const TOKEN: &str = "correct-horse-battery";

/// What is answered otherwise, and why. It is told in `docs/linkding.md`, under "What differs".
const DIFFERENT: &[(&str, &str)] = &[
    ("a page for a browser", "answers are JSON whatever `Accept` says"),
    ("a path without its last slash", "a path works without it"),
    ("all tags, those that no bookmark has any longer too", "these are listed where a person made them"),
    ("an address with a port that none can have", "it is refused"),
];

/// The ids that linkding's answers name, as ours have them.
#[derive(Default)]
struct Ids {
    /// By their names in the recording: `bookmarks 1`.
    recorded: BTreeMap<String, i64>,
    /// By the names that requests have given them.
    given: BTreeMap<String, i64>,
}

impl Ids {
    fn target(&self, target: &str) -> String {
        let name = |target: String, (name, id): (&String, &i64)| {
            target.replace(&format!("{{{name}}}"), &id.to_string())
        };
        self.given.iter().fold(target.to_owned(), name)
    }

    /// One of our values in the form of the recorded one beside it, without ids, dates of today and our address.
    fn without(&mut self, ours: &Value, recorded: &Value) -> Value {
        match (ours, recorded) {
            (Value::Object(members), _) => members
                .iter()
                .map(|(name, value)| (name.clone(), self.without(value, &recorded[name])))
                .collect::<Map<_, _>>()
                .into(),
            (Value::Array(items), _) => items
                .iter()
                .enumerate()
                .map(|(nth, value)| self.without(value, &recorded[nth]))
                .collect::<Vec<_>>()
                .into(),
            (Value::Number(id), Value::String(name)) => self.named(id.as_i64().unwrap(), name),
            (Value::String(text), Value::String(recorded)) => without_dates(text, recorded).into(),
            _ => ours.clone(),
        }
    }

    /// The recorded name of an id that has it already, or has none yet.
    fn named(&mut self, id: i64, name: &str) -> Value {
        let kind = |name: &str| name.split(' ').next().map(str::to_owned);
        let is_other =
            |(other, known): (&String, &i64)| *known == id && other != name && kind(other) == kind(name);
        let is_free = !self.recorded.iter().any(is_other);
        match is_free && *self.recorded.entry(name.to_owned()).or_insert(id) == id {
            true => name.into(),
            false => id.into(),
        }
    }
}

fn without_dates(text: &str, recorded: &str) -> String {
    const ARCHIVE: &str = "https://web.archive.org/web/";
    const PARSERS: [&str; 2] = ["JSON parse error - ", "Multipart form parse error - "];
    // What is sent has earlier dates.
    let is_recent = |digits: &str| digits.get(..4).is_some_and(|year| year >= "2026");
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let is_date = ["0000-00-00T00:00:00Z", "0000-00-00T00:00:00.000000Z"].contains(&shape.as_str());
    if is_date && is_recent(text) {
        return "now".to_owned();
    }
    if let Some((date, url)) = text.strip_prefix(ARCHIVE).and_then(|rest| rest.split_at_checked(14)) {
        return if is_recent(date) { format!("{ARCHIVE}now{url}") } else { text.to_owned() };
    }
    if let (Some(path), true) = (text.strip_prefix("https://links.example"), recorded.starts_with("{base}")) {
        return format!("{{base}}{path}");
    }
    // A parser's words about what it cannot read are its own.
    match PARSERS.iter().any(|start| text.starts_with(start) && recorded.starts_with(start)) {
        true => recorded.to_owned(),
        false => text.to_owned(),
    }
}

fn results_of(body: &mut Value) -> Option<&mut Vec<Value>> {
    body.get_mut("results")?.as_array_mut()
}

fn event(exchange: &Value, target: &str) -> Event {
    let mut event = Event::new(exchange["method"].as_str().unwrap().parse().unwrap(), target).unsigned();
    event = event.without_header("host").header("host", "links.example");
    let empty = Map::new();
    let headers = exchange["headers"].as_object().unwrap_or(&empty);
    if !headers.contains_key("authorization") {
        event = event.header("authorization", &format!("Token {TOKEN}"));
    }
    for (name, value) in headers {
        let value = value.as_str().unwrap().replace("{token}", TOKEN);
        if !value.is_empty() {
            event = event.without_header(name).header(name, &value);
        }
    }
    match exchange["body"].as_str() {
        Some(body) => event.binary(body.as_bytes().to_vec()),
        None => event,
    }
}

#[tokio::test]
async fn every_answer_is_linkdings_but_for_what_is_told() {
    let recording: Value = serde_json::from_str(include_str!("recorded.json")).unwrap();
    let exchanges = recording["exchanges"].as_array().unwrap();
    assert!(recording["of"].as_str().unwrap().starts_with("linkding 1.46.2"), "{}", recording["of"]);
    assert!(exchanges.len() > 300);
    let database = support::database();
    let app = app(&database.url(), &[("ACCESS_TOKEN", TOKEN)]);
    let (mut ids, mut wrong, mut different) = (Ids::default(), Vec::new(), 0);
    for exchange in exchanges {
        let target = ids.target(exchange["target"].as_str().unwrap());
        let event = event(exchange, &target);
        let seen = call_as(&app, bookmarks::handle, bookmarks::is_public, event).await;
        let mut body = seen.body;
        if let Some(name) = exchange["as"].as_str() {
            ids.given.insert(name.to_owned(), body["id"].as_i64().unwrap());
        }
        if let (Some(member), Some(results)) = (exchange["each"].as_str(), results_of(&mut body)) {
            results.iter_mut().for_each(|result| *result = result[member].take());
        }
        let mut ours = json!({ "status": seen.status, "answer": ids.without(&body, &exchange["answer"]) });
        if body == "" {
            ours["answer"] = Value::Null;
        }
        for header in ["content-type", "www-authenticate"] {
            let value = seen.headers.get(header).map(|value| value.to_str().unwrap());
            ours[header] = if seen.status == 204 { Value::Null } else { value.into() };
        }
        let theirs: Map<String, Value> = ours
            .as_object()
            .unwrap()
            .keys()
            .map(|name| (name.clone(), exchange.get(name).cloned().unwrap_or_default()))
            .collect();
        let name = exchange["name"].as_str().unwrap();
        match (DIFFERENT.iter().any(|(known, _)| *known == name), ours == Value::Object(theirs.clone())) {
            (true, false) => different += 1,
            (false, true) => {}
            (true, true) => wrong.push(format!("{name}: is no longer different")),
            (false, false) => {
                wrong.push(format!("{name}\n  linkding: {}\n  ours:     {ours}", Value::Object(theirs)));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), exchanges.len(), wrong.join("\n"));
    assert_eq!(different, DIFFERENT.len());
}
