//! The stand-in against the OpenAPI document of Neon's API, where `NEON_OPENAPI` names it (as JSON).

use std::fs;

use serde_json::Value;
use support::neon_api::{Exchange, Fate, Fault};

use crate::neon::Neon;

#[test]
fn every_answer_of_the_stand_in_is_as_the_apis_document_says() {
    let Some(path) = support::neon_openapi() else {
        return support::skipped(
            "NEON_OPENAPI names no document; it is at https://neon.com/api_spec/release/v2.json",
        );
    };
    let document = Document(serde_json::from_slice(&fs::read(path).unwrap()).unwrap());
    let neon = Neon::start();
    for command in [
        "branch create try --expires 2h",
        "branch create other --parent try --schema-only",
        "branch list",
        "branch url try",
        "branch diff other --base main",
        "branch delete other",
        "branch create other --parent try",
        "branch reset other",
        "branch restore try --from main --preserve-as was",
        "branch delete other",
        "snapshot create one --branch try --expires 2h",
        "snapshot list",
        "snapshot restore one --as rescue",
        "branch create child --parent try",
        "branch reset try",
        "snapshot delete one",
    ] {
        neon.done(&command.split(' ').collect::<Vec<_>>());
    }
    neon.run(&["branch", "delete", "main"]).refusal();
    // Leftovers of failed attempts are deleted for good, and a request without a response is looked up.
    neon.api.fault_at("POST branches/*/snapshot", Fault::LoseAnswer);
    neon.done(&["snapshot", "create", "two"]);
    neon.api.set_fate_of("start_compute", Fate::Fail);
    neon.run(&["branch", "create", "in-vain"]).refusal();
    let exchanges = neon.api.exchanges();
    assert!(exchanges.len() > 40, "{}", exchanges.len());
    // The check can fail: a branch is not what is asked for where branches are listed.
    let list = exchanges.iter().find(|one| one.path.ends_with("/branches") && one.method == "GET").unwrap();
    let wrong = Exchange { body: serde_json::json!({ "branches": [{ "id": 1 }] }), ..list.clone() };
    assert!(document.problems(&wrong).len() > 10);
    let problems: Vec<String> = exchanges.iter().flat_map(|exchange| document.problems(exchange)).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// As much of OpenAPI 3 as the document uses for what is asked here.
struct Document(Value);

impl Document {
    fn problems(&self, exchange: &Exchange) -> Vec<String> {
        let what = format!("{} {} {}", exchange.method, exchange.path, exchange.status);
        let Some(path) = self.path(&exchange.path) else { return vec![format!("{what}: no such path")] };
        let responses = &path[exchange.method.to_lowercase()]["responses"];
        let response = match &responses[exchange.status.to_string()] {
            Value::Null => &responses["default"],
            response => response,
        };
        if response.is_null() {
            return vec![format!("{what}: no such answer")];
        }
        let mut problems = Vec::new();
        let schema = &self.resolve(response)["content"]["application/json"]["schema"];
        if !schema.is_null() {
            self.check(schema, &exchange.body, &what, &mut problems);
        }
        problems
    }

    /// The path whose template fits, one without parameters first.
    fn path(&self, path: &str) -> Option<&Value> {
        let fits = |template: &str| {
            let (mut template, mut path) = (template.split('/'), path.split('/'));
            template.by_ref().zip(path.by_ref()).all(|(t, p)| t == p || t.starts_with('{'))
                && template.next().is_none()
                && path.next().is_none()
        };
        let same_length = |t: &str| t.split('/').count() == path.split('/').count();
        let paths = self.0["paths"].as_object().unwrap();
        let fitting = paths.iter().filter(|(template, _)| same_length(template) && fits(template));
        fitting.min_by_key(|(template, _)| template.matches('{').count()).map(|(_, path)| path)
    }

    fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(reference) => self.resolve(self.0.pointer(reference.trim_start_matches('#')).unwrap()),
            None => value,
        }
    }

    fn check(&self, schema: &Value, value: &Value, at: &str, problems: &mut Vec<String>) {
        let schema = self.resolve(schema);
        let list = |name: &str| schema[name].as_array().cloned().unwrap_or_default();
        for part in list("allOf") {
            self.check(&part, value, at, problems);
        }
        for name in list("required") {
            let name = name.as_str().unwrap();
            if value[name].is_null() {
                problems.push(format!("{at}: {name} is missing"));
            }
        }
        if schema["enum"].is_array() && !list("enum").contains(value) {
            problems.push(format!("{at}: {value} is none of {}", schema["enum"]));
        }
        let is_of_type = match schema["type"].as_str() {
            Some("object") => value.is_object(),
            Some("array") => value.is_array(),
            Some("string") => value.is_string(),
            Some("integer") => value.is_i64() || value.is_u64(),
            Some("number") => value.is_number(),
            Some("boolean") => value.is_boolean(),
            _ => true,
        };
        if !is_of_type {
            problems.push(format!("{at}: {value} is no {}", schema["type"]));
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            if let Some(value) = value.get(name) {
                self.check(property, value, &format!("{at}: {name}"), problems);
            }
        }
        for item in value.as_array().into_iter().flatten() {
            self.check(&schema["items"], item, at, problems);
        }
    }
}
