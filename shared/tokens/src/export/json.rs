use super::css_value::{Colors, ValueWriter, hex};
use crate::json::{Json, Object};
use crate::names::TYPOGRAPHY;
use crate::value::{Value, object};
use crate::{Deprecated, Tokens};

impl Tokens {
    /// The tokens as a list, each with its path, type and resolved value: media type `application/json`.
    /// `css` is the value in CSS, of a typography an object with five of them; `hex` is what stands for a
    /// color where only sRGB is known. The list is indented, unless that makes it much larger.
    pub fn to_json_list(&self) -> String {
        let mut document = Object::default();
        let items = self.tokens().iter().map(|token| {
            let mut item = Object::default();
            let alias = token.alias().map(|place| self.tokens()[place].path.as_str());
            item.push("path", token.path.as_str());
            item.push("type", token.token_type().as_str());
            item.push("value", token.value().to_json());
            item.push("css_name", format!("--{}", token.css_name).as_str());
            item.push("css", css(token.value()));
            item.push("hex", hex_of(token.value()));
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
        super::readable(&document.into())
    }
}

fn css(value: &Value) -> Json {
    let writer = ValueWriter { properties: None, colors: Colors::Exact };
    match value {
        Value::Typography(style) => {
            let values = writer.typography(style).map(|value| Json::from(value.as_str()));
            object(std::array::from_fn::<_, 5, _>(|part| (TYPOGRAPHY[part], values[part].clone())))
        }
        value => writer.value(value).as_str().into(),
    }
}

fn hex_of(value: &Value) -> Json {
    if let Value::Color(color) = value { hex(color).as_str().into() } else { Json::Null }
}
