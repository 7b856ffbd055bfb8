//! Resolved values as the format writes them, for references to parts and for rows.

use super::{Color, Dimension, Duration, FontFamily, FontWeight, Shadow, StrokeStyle, Value};
use crate::json::{Json, Object};

impl Value {
    /// The value as `$value`, with no references left.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Color(color) => color.to_json(),
            Self::Dimension(dimension) => dimension.to_json(),
            Self::FontFamily(family) => family.to_json(),
            Self::FontWeight(weight) => weight.to_json(),
            Self::Duration(duration) => duration.to_json(),
            Self::CubicBezier(points) => bezier(points),
            Self::Number(number) => Json::from(*number),
            Self::StrokeStyle(style) => style.to_json(),
            Self::Border(border) => object([
                ("color", border.color.value.to_json()),
                ("width", border.width.value.to_json()),
                ("style", border.style.value.to_json()),
            ]),
            Self::Transition(transition) => object([
                ("duration", transition.duration.value.to_json()),
                ("delay", transition.delay.value.to_json()),
                ("timingFunction", bezier(&transition.timing_function.value)),
            ]),
            Self::Shadow(shadows) => match shadows.items.as_slice() {
                [only] if !shadows.is_list => only.value.to_json(),
                items => Json::Array(items.iter().map(|item| item.value.to_json()).collect()),
            },
            Self::Gradient(stops) => {
                let stop = |color: Json, position: f64| {
                    object([("color", color), ("position", Json::from(position))])
                };
                Json::Array(
                    stops.iter().map(|one| stop(one.color.value.to_json(), one.position.value)).collect(),
                )
            }
            Self::Typography(style) => object([
                ("fontFamily", style.font_family.value.to_json()),
                ("fontSize", style.font_size.value.to_json()),
                ("fontWeight", style.font_weight.value.to_json()),
                ("letterSpacing", style.letter_spacing.value.to_json()),
                ("lineHeight", Json::from(style.line_height.value)),
            ]),
        }
    }
}

pub(crate) fn object<const N: usize>(members: [(&str, Json); N]) -> Json {
    let mut object = Object::default();
    members.into_iter().for_each(|(name, value)| object.push(name, value));
    object.into()
}

fn bezier(points: &[f64; 4]) -> Json {
    Json::Array(points.iter().map(|point| Json::from(*point)).collect())
}

impl Color {
    pub(crate) fn to_json(&self) -> Json {
        let component = |number: &Option<f64>| number.map_or_else(|| Json::from("none"), Json::from);
        let mut color = Object::default();
        color.push("colorSpace", self.space.as_str());
        color.push("components", Json::Array(self.components.iter().map(component).collect()));
        if let Some(alpha) = self.alpha {
            color.push("alpha", alpha);
        }
        if let Some(hex) = &self.hex {
            color.push("hex", hex.as_str());
        }
        color.into()
    }
}

impl Dimension {
    pub(crate) fn to_json(&self) -> Json {
        object([("value", self.value.into()), ("unit", self.unit.as_str().into())])
    }
}

impl Duration {
    fn to_json(&self) -> Json {
        object([("value", self.value.into()), ("unit", self.unit().into())])
    }

    /// `s` or `ms`.
    pub(crate) fn unit(&self) -> &'static str {
        if self.is_seconds { "s" } else { "ms" }
    }
}

impl FontFamily {
    pub(crate) fn to_json(&self) -> Json {
        match self.names.as_slice() {
            [only] if !self.is_list => Json::from(only.as_str()),
            names => Json::Array(names.iter().map(|name| Json::from(name.as_str())).collect()),
        }
    }
}

impl FontWeight {
    pub(crate) fn to_json(&self) -> Json {
        self.keyword.map_or_else(|| Json::from(self.number), Json::from)
    }
}

impl StrokeStyle {
    fn to_json(&self) -> Json {
        match self {
            Self::Keyword(keyword) => Json::from(*keyword),
            Self::Custom { dashes, line_cap } => object([
                ("dashArray", Json::Array(dashes.iter().map(|dash| dash.value.to_json()).collect())),
                ("lineCap", Json::from(*line_cap)),
            ]),
        }
    }
}

impl Shadow {
    fn to_json(&self) -> Json {
        let mut shadow = Object::default();
        shadow.push("color", self.color.value.to_json());
        shadow.push("offsetX", self.offset_x.value.to_json());
        shadow.push("offsetY", self.offset_y.value.to_json());
        shadow.push("blur", self.blur.value.to_json());
        shadow.push("spread", self.spread.value.to_json());
        if let Some(inset) = self.inset {
            shadow.push("inset", inset);
        }
        shadow.into()
    }
}
