use super::simple::flatten;
use super::{Kind, Notation, ValueReader};
use crate::json::{Json, Object};
use crate::pointer::Pointer;
use crate::token_type::TokenType;
use crate::value::{
    Border, Color, Dimension, Duration, Part, Shadow, Shadows, Stop, StrokeStyle, Transition, Typography,
    Value,
};

const STYLES: [&str; 8] = ["solid", "dashed", "dotted", "double", "groove", "ridge", "outset", "inset"];
const LINE_CAPS: [&str; 3] = ["round", "butt", "square"];

/// The kind of a part that may be a token of its own.
macro_rules! kind {
    ($variant:ident) => {
        Kind {
            token_type: TokenType::$variant,
            of_value: |value| if let Value::$variant(value) = value { Some(value.clone()) } else { None },
            notation: Notation::Either,
        }
    };
}

impl ValueReader<'_, '_> {
    /// Reads a member that has been found missing if it is.
    fn member<T>(
        &mut self,
        object: &Object,
        name: &str,
        at: &Pointer<'_>,
        kind: &Kind<T>,
        read: impl FnOnce(&mut Self, &Json, &Pointer<'_>) -> Option<T>,
    ) -> Option<Part<T>> {
        object.get(name).and_then(|json| self.part(json, &at.member(name), kind, read))
    }

    fn color_member(&mut self, object: &Object, at: &Pointer<'_>) -> Option<Part<Color>> {
        self.member(object, "color", at, &kind!(Color), Self::color)
    }

    fn dimension_member(&mut self, object: &Object, name: &str, at: &Pointer<'_>) -> Option<Part<Dimension>> {
        self.member(object, name, at, &kind!(Dimension), Self::dimension)
    }

    pub(super) fn stroke_style(&mut self, json: &Json, at: &Pointer<'_>) -> Option<StrokeStyle> {
        if let Some(text) = json.as_str() {
            let keyword = STYLES.into_iter().find(|style| *style == text);
            if keyword.is_none() {
                self.report(at, format!("A stroke's style is one of {}, not {text:?}.", STYLES.join(", ")));
            }
            return keyword.map(StrokeStyle::Keyword);
        }
        let object = self.members(json, at, "A stroke's style", &["dashArray", "lineCap"], &[])?;
        let dashes = object.get("dashArray").and_then(|json| {
            let kind =
                Kind { token_type: TokenType::StrokeStyle, of_value: |_| None, notation: Notation::Pointer };
            self.part(json, &at.member("dashArray"), &kind, Self::dashes)
        });
        let line_cap = object.get("lineCap").and_then(|json| {
            let at = at.member("lineCap");
            let name = self.text_part(json, &at, "A line cap")?;
            let line_cap = LINE_CAPS.into_iter().find(|known| *known == name);
            if line_cap.is_none() {
                self.report(&at, format!("A line cap is one of {}, not {name:?}.", LINE_CAPS.join(", ")));
            }
            line_cap
        });
        Some(StrokeStyle::Custom { dashes: dashes?.value, line_cap: line_cap? })
    }

    fn dashes(&mut self, json: &Json, at: &Pointer<'_>) -> Option<Vec<Part<Dimension>>> {
        let items = self.items(json, at, "A dash array")?;
        let read = |(index, json): (usize, &Json)| {
            self.part(json, &at.index(index), &kind!(Dimension), Self::dimension)
        };
        // All are read before one at fault is found.
        items.iter().enumerate().map(read).collect::<Vec<_>>().into_iter().collect()
    }

    pub(super) fn border(&mut self, json: &Json, at: &Pointer<'_>) -> Option<Border> {
        let object = self.members(json, at, "A border", &["color", "width", "style"], &[])?;
        let color = self.color_member(object, at);
        let width = self.dimension_member(object, "width", at);
        let style = self.member(object, "style", at, &kind!(StrokeStyle), Self::stroke_style);
        Some(Border { color: color?, width: width?, style: style? })
    }

    pub(super) fn transition(&mut self, json: &Json, at: &Pointer<'_>) -> Option<Transition> {
        let required = ["duration", "delay", "timingFunction"];
        let object = self.members(json, at, "A transition", &required, &[])?;
        let duration = self.member(object, "duration", at, &kind!(Duration), Self::positive_duration);
        let delay: Option<Part<Duration>> =
            self.member(object, "delay", at, &kind!(Duration), Self::duration);
        let timing_function =
            self.member(object, "timingFunction", at, &kind!(CubicBezier), Self::cubic_bezier);
        Some(Transition { duration: duration?, delay: delay?, timing_function: timing_function? })
    }

    pub(super) fn shadows(&mut self, json: &Json, at: &Pointer<'_>) -> Option<Shadows> {
        if json.as_array().is_none() {
            let value = self.shadow(json, at)?;
            return Some(Shadows { items: vec![Part { value, alias: None }], is_list: false });
        }
        let items = self.items(json, at, "A list of shadows")?;
        let kind =
            Kind { token_type: TokenType::Shadow, of_value: single_shadow, notation: Notation::Either };
        let read = |(index, json): (usize, &Json)| self.part(json, &at.index(index), &kind, Self::shadow);
        let items = items.iter().enumerate().map(read).collect::<Vec<_>>();
        Some(Shadows { items: items.into_iter().collect::<Option<_>>()?, is_list: true })
    }

    fn shadow(&mut self, json: &Json, at: &Pointer<'_>) -> Option<Shadow> {
        let required = ["color", "offsetX", "offsetY", "blur", "spread"];
        let object = self.members(json, at, "A shadow", &required, &["inset"])?;
        let color = self.color_member(object, at);
        let offset_x = self.dimension_member(object, "offsetX", at);
        let offset_y = self.dimension_member(object, "offsetY", at);
        let blur = self.dimension_member(object, "blur", at);
        let blur = blur.filter(|blur| {
            let fits = blur.value.value >= 0.0;
            if !fits {
                self.report(&at.member("blur"), "A shadow's blur is not negative.");
            }
            fits
        });
        let spread = self.dimension_member(object, "spread", at);
        let inset = object.get("inset").map(|json| {
            let kind =
                Kind { token_type: TokenType::Shadow, of_value: |_| None, notation: Notation::Pointer };
            let read = |reader: &mut Self, json: &Json, at: &Pointer<'_>| match json {
                Json::Bool(inset) => Some(*inset),
                other => {
                    reader.report(at, format!("\"inset\" is true or false, not {}.", other.kind()));
                    None
                }
            };
            self.part(json, &at.member("inset"), &kind, read).map(|part| part.value)
        });
        let inset = flatten(inset)?;
        Some(Shadow {
            color: color?,
            offset_x: offset_x?,
            offset_y: offset_y?,
            blur: blur?,
            spread: spread?,
            inset,
        })
    }

    pub(super) fn gradient(&mut self, json: &Json, at: &Pointer<'_>) -> Option<Vec<Stop>> {
        let items = self.items(json, at, "A gradient")?;
        let kind = Kind { token_type: TokenType::Gradient, of_value: |_| None, notation: Notation::Either };
        let read = |(index, json): (usize, &Json)| {
            self.part(json, &at.index(index), &kind, Self::stop).map(|part| part.value)
        };
        items.iter().enumerate().map(read).collect::<Vec<_>>().into_iter().collect()
    }

    fn stop(&mut self, json: &Json, at: &Pointer<'_>) -> Option<Stop> {
        let object = self.members(json, at, "A gradient's stop", &["color", "position"], &[])?;
        let color = self.color_member(object, at);
        let mut position = self.member(object, "position", at, &kind!(Number), Self::number)?;
        if !(0.0..=1.0).contains(&position.value) {
            let detail =
                format!("A position is from 0 to 1; {} is taken for the nearest of them.", position.value);
            self.warnings.add(&at.member("position"), detail);
            position = Part { value: position.value.clamp(0.0, 1.0), alias: None };
        }
        Some(Stop { color: color?, position })
    }

    pub(super) fn typography(&mut self, json: &Json, at: &Pointer<'_>) -> Option<Typography> {
        let required = ["fontFamily", "fontSize", "fontWeight", "letterSpacing", "lineHeight"];
        let object = self.members(json, at, "A typography", &required, &[])?;
        let font_family = self.member(object, "fontFamily", at, &kind!(FontFamily), Self::font_family);
        let font_size = self.dimension_member(object, "fontSize", at);
        let font_weight = self.member(object, "fontWeight", at, &kind!(FontWeight), Self::font_weight);
        let letter_spacing = self.dimension_member(object, "letterSpacing", at);
        let line_height = self.member(object, "lineHeight", at, &kind!(Number), Self::number);
        Some(Typography {
            font_family: font_family?,
            font_size: font_size?,
            font_weight: font_weight?,
            letter_spacing: letter_spacing?,
            line_height: line_height?,
        })
    }
}

fn single_shadow(value: &Value) -> Option<Shadow> {
    match value {
        Value::Shadow(Shadows { items, is_list: false }) => items.first().map(|item| item.value.clone()),
        _ => None,
    }
}
