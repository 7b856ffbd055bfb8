use super::text::indented;
use crate::json::{Json, Object};
use crate::{Deprecated, Tokens};

impl Tokens {
    /// The tokens as a list, each with its path, type and resolved value: media type `application/json`.
    pub fn to_json_list(&self) -> String {
        let mut document = Object::default();
        let items = self.tokens().iter().map(|token| {
            let mut item = Object::default();
            let alias = token.alias().map(|place| self.tokens()[place].path.as_str());
            item.push("path", token.path.as_str());
            item.push("type", token.token_type().as_str());
            item.push("value", token.value().to_json());
            item.push("css_name", format!("--{}", token.css_name).as_str());
            item.push("alias", alias.map_or(Json::Null, Json::from));
            item.push("description", token.description.as_deref().map_or(Json::Null, Json::from));
            item.push(
                "deprecated",
                match &token.deprecated {
                    None => Json::Bool(false),
                    Some(Deprecated::Flag(flag)) => Json::Bool(*flag),
                    Some(Deprecated::Reason(reason)) => Json::from(reason.as_str()),
                },
            );
            item.push("extensions", token.extensions.clone().unwrap_or(Json::Null));
            Json::from(item)
        });
        document.push("tokens", Json::Array(items.collect()));
        indented(&document.into())
    }
}
