//! Objects that have no parts, and what can only be written when all objects are there.

use super::{Object, Writer, literal, sequence};

/// Kinds that are compared and cannot be written.
const UNWRITTEN: [&str; 3] = ["base type", "shell type", "subscription"];

impl<'a> Writer<'a> {
    /// The statements that make an object without parts; empty for one that another makes, or that is there from the
    /// beginning.
    pub(super) fn alone(&self, object: &Object) -> String {
        let Object { kind, name } = object;
        let of = |property| self.value(object, property);
        let definition = of("definition").unwrap_or_default().trim_end();
        match kind.as_str() {
            "schema" if name == "public" => self.comment(object).unwrap_or_default(),
            "schema" => format!("CREATE SCHEMA {name};\n"),
            "extension" => {
                format!("CREATE EXTENSION {name} WITH SCHEMA {};\n", of("schema").unwrap_or("public"))
            }
            "enum" => format!("CREATE TYPE {name} AS ENUM ({});\n", of("labels").unwrap_or_default()),
            "composite type" => {
                let columns = self.columns(name).map(|(column, own)| {
                    let collation =
                        self.value(column, "collation").map(|c| format!(" COLLATE {c}")).unwrap_or_default();
                    format!("    {own} {}{collation}", self.value(column, "type").unwrap_or_default())
                });
                format!("CREATE TYPE {name} AS (\n{}\n);\n", columns.collect::<Vec<_>>().join(",\n"))
            }
            "domain" => self.domain(object),
            "sequence" if of("owned by").is_some_and(|owner| owner.ends_with(" (i)")) => String::new(),
            "sequence" => {
                let unlogged = if of("persistence") == Some("unlogged") { "UNLOGGED " } else { "" };
                let mut words = vec![format!("CREATE {unlogged}SEQUENCE {name}")];
                words.extend(sequence::options(definition, false));
                words.join(" ") + ";\n"
            }
            "text search configuration" => {
                let mut text = format!("{definition};\n");
                for (property, dictionaries) in self.properties(object) {
                    if let Some(token) = property.strip_prefix("mapping for ") {
                        text += &format!(
                            "ALTER TEXT SEARCH CONFIGURATION {name} ADD MAPPING FOR {token} WITH {dictionaries};\n"
                        );
                    }
                }
                text
            }
            "published table" => {
                let columns = of("columns").map(|columns| format!(" ({columns})")).unwrap_or_default();
                let condition =
                    of("condition").map(|condition| format!(" WHERE ({condition})")).unwrap_or_default();
                format!("{definition}{columns}{condition};\n")
            }
            "aggregate" => format!("{};\n", definition.replacen("()", "(*)", 1)),
            "foreign-data wrapper" | "server" | "user mapping" => {
                format!("{definition}{};\n", self.foreign_options(object))
            }
            "event trigger" => {
                let state = match of("state") {
                    Some("disabled") => format!("ALTER EVENT TRIGGER {name} DISABLE;\n"),
                    Some(state) => format!("ALTER EVENT TRIGGER {name} ENABLE {};\n", state.to_uppercase()),
                    None => String::new(),
                };
                format!("{definition};\n{state}")
            }
            _ => format!("{definition};\n"),
        }
    }

    fn domain(&self, object: &Object) -> String {
        let name = &object.name;
        let of = |property| self.value(object, property);
        let collation = of("collation").map(|c| format!(" COLLATE {c}")).unwrap_or_default();
        let default = of("default").map(|value| format!(" DEFAULT {value}")).unwrap_or_default();
        let not_null = if of("not null").is_some() { " NOT NULL" } else { "" };
        let mut text = format!(
            "CREATE DOMAIN {name} AS {}{collation}{default}{not_null}",
            of("base").unwrap_or_default()
        );
        let mut later = String::new();
        for (constraint, own) in self.parts("constraint", name) {
            let definition = self.value(constraint, "definition").unwrap_or_default();
            if self.value(constraint, "validated") == Some("no") {
                later += &format!("ALTER DOMAIN {name} ADD CONSTRAINT {own} {definition};\n");
            } else {
                text += &format!("\n    CONSTRAINT {own} {definition}");
            }
        }
        format!("{text};\n{later}")
    }

    /// The options of a foreign object, without secrets.
    pub(super) fn foreign_options(&self, object: &Object) -> String {
        let options = self.properties(object).iter();
        let shown = options.filter_map(|(property, value)| Some((property.strip_prefix("option ")?, value)));
        let shown: Vec<String> = shown
            .map(|(option, value)| format!("\"{}\" {}", option.replace('"', "\"\""), literal(value)))
            .collect();
        if shown.is_empty() { String::new() } else { format!(" OPTIONS ({})", shown.join(", ")) }
    }

    /// What comes when all objects are there: members of operator families, indexes of partitioned tables without
    /// partitions, triggers that are off as a whole. And what cannot be written, as comments.
    pub(super) fn loose_ends(&self) -> Vec<String> {
        let mut statements = String::new();
        let mut comments = String::new();
        for (object, of) in self.catalog.iter() {
            let Object { kind, name } = object;
            if let Some(members) = of.get("members") {
                statements += &format!("ALTER OPERATOR FAMILY {name} ADD {members};\n");
            }
            match of.get("constraint triggers").map(String::as_str) {
                Some("disabled") => {
                    statements += &format!("ALTER TABLE {name} DISABLE TRIGGER ALL;\n");
                    for (trigger, own) in self.parts("trigger", name) {
                        let how = match self.value(trigger, "state") {
                            Some("disabled") => continue,
                            Some("replica") => "ENABLE REPLICA",
                            Some("always") => "ENABLE ALWAYS",
                            _ => "ENABLE",
                        };
                        statements += &format!("ALTER TABLE {name} {how} TRIGGER {own};\n");
                    }
                }
                Some(states) => {
                    comments += &format!("-- Not written: of {kind} {name}, constraint triggers: {states}\n")
                }
                None => {}
            }
            if UNWRITTEN.contains(&kind.as_str()) {
                comments += &format!("-- Not written: {object}\n");
            }
            for secret in of.keys().filter_map(|property| property.strip_prefix("secret option ")) {
                comments += &format!("-- Not written: option {secret} of {object}\n");
            }
        }
        [statements, comments].into_iter().filter(|text| !text.is_empty()).collect()
    }
}
