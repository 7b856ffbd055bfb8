use super::{Kind, Notation, ValueReader};
use crate::color::hex_of;
use crate::json::Json;
use crate::limits::MAX_FAMILY_BYTES;
use crate::pointer::Pointer;
use crate::token_type::TokenType;
use crate::value::color::Bounds;
use crate::value::{Color, ColorSpace, Dimension, Duration, FontFamily, FontWeight, Unit, Value};

/// The keywords of font weights, and their numbers.
const WEIGHTS: [(&str, f64); 18] = [
    ("thin", 100.0),
    ("hairline", 100.0),
    ("extra-light", 200.0),
    ("ultra-light", 200.0),
    ("light", 300.0),
    ("normal", 400.0),
    ("regular", 400.0),
    ("book", 400.0),
    ("medium", 500.0),
    ("semi-bold", 600.0),
    ("demi-bold", 600.0),
    ("bold", 700.0),
    ("extra-bold", 800.0),
    ("ultra-bold", 800.0),
    ("black", 900.0),
    ("heavy", 900.0),
    ("extra-black", 950.0),
    ("ultra-black", 950.0),
];

/// A number, or a pointer to one.
const NUMBER: Kind<f64> = Kind {
    token_type: TokenType::Number,
    of_value: |value| if let Value::Number(number) = value { Some(*number) } else { None },
    notation: Notation::Pointer,
};

impl ValueReader<'_, '_> {
    pub(super) fn number(&mut self, json: &Json, at: &Pointer<'_>) -> Option<f64> {
        let number = json.as_f64();
        if number.is_none() {
            self.report(at, format!("This is a number, not {}.", json.kind()));
        }
        number
    }

    /// A number, or a pointer to one.
    fn number_part(&mut self, json: &Json, at: &Pointer<'_>) -> Option<f64> {
        self.part(json, at, &NUMBER, Self::number).map(|part| part.value)
    }

    /// A text, or a pointer to one.
    pub(super) fn text_part(&mut self, json: &Json, at: &Pointer<'_>, what: &str) -> Option<String> {
        let kind =
            Kind { token_type: TokenType::FontFamily, of_value: single_family, notation: Notation::Pointer };
        let read = |reader: &mut Self, json: &Json, at: &Pointer<'_>| {
            let text = json.as_str().map(str::to_owned);
            if text.is_none() {
                reader.report(at, format!("{what} is a text, not {}.", json.kind()));
            }
            text
        };
        self.part(json, at, &kind, read).map(|part| part.value)
    }

    pub(super) fn color(&mut self, json: &Json, at: &Pointer<'_>) -> Option<Color> {
        if let Some(text) = json.as_str() {
            let detail = format!(
                "A color is an object such as {{\"colorSpace\": \"srgb\", \"components\": [0.2, 0.4, 0.9]}}, \
                 not the text {text:?}."
            );
            self.report(at, detail);
            return None;
        }
        let required = ["colorSpace", "components"];
        let object = self.members(json, at, "A color", &required, &["alpha", "hex"])?;
        let space = object.get("colorSpace").and_then(|json| {
            let at = at.member("colorSpace");
            let name = self.text_part(json, &at, "A color space")?;
            let space = ColorSpace::from_name(&name);
            if space.is_none() {
                let names = ColorSpace::ALL.map(ColorSpace::as_str).join(", ");
                self.report(&at, format!("{name:?} is no color space of the format; it has {names}."));
            }
            space
        });
        let components =
            object.get("components").and_then(|json| self.components(json, &at.member("components"), space));
        let alpha = object.get("alpha").map(|json| {
            let at = at.member("alpha");
            let alpha = self.number_part(json, &at)?;
            self.check(alpha, Bounds::To(1.0), "Alpha", &at)
        });
        let hex = object.get("hex").map(|json| {
            let at = at.member("hex");
            let hex = self.text_part(json, &at, "A hex color")?;
            let digits = hex.strip_prefix('#').unwrap_or_default();
            if digits.len() != 6 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                self.report(&at, "A hex color is \"#\" and six hexadecimal digits.");
                return None;
            }
            Some(hex)
        });
        let (alpha, hex) = (flatten(alpha)?, flatten(hex)?);
        let color = Color { space: space?, components: components?, alpha, hex };
        self.compare_hex(&color, at);
        Some(color)
    }

    fn components(
        &mut self,
        json: &Json,
        at: &Pointer<'_>,
        space: Option<ColorSpace>,
    ) -> Option<[Option<f64>; 3]> {
        let kind = Kind { token_type: TokenType::Color, of_value: |_| None, notation: Notation::Pointer };
        let read = |reader: &mut Self, json: &Json, at: &Pointer<'_>| {
            let Some([first, second, third]) = json.as_array() else {
                let detail = match json.as_array() {
                    Some(items) => format!("A color has three components, not {}.", items.len()),
                    None => format!("Components are an array of three, not {}.", json.kind()),
                };
                reader.report(at, detail);
                return None;
            };
            let bounds = space.map_or([Bounds::Any; 3], ColorSpace::bounds);
            let mut components = [None; 3];
            let mut is_whole = true;
            for (index, json) in [first, second, third].into_iter().enumerate() {
                match reader.component(json, &at.index(index), bounds[index]) {
                    Some(number) => components[index] = number,
                    None => is_whole = false,
                }
            }
            is_whole.then_some(components)
        };
        self.part(json, at, &kind, read).map(|part| part.value)
    }

    /// A number, or none for "none".
    fn component(&mut self, json: &Json, at: &Pointer<'_>, bounds: Bounds) -> Option<Option<f64>> {
        let kind = Kind {
            token_type: TokenType::Number,
            of_value: |value| (NUMBER.of_value)(value).map(Some),
            notation: Notation::Pointer,
        };
        let read = |reader: &mut Self, json: &Json, at: &Pointer<'_>| match json.as_str() {
            Some("none") => Some(None),
            _ => {
                let number = json.as_f64();
                if number.is_none() {
                    reader.report(at, format!("A component is a number or \"none\", not {}.", json.kind()));
                }
                number.map(Some)
            }
        };
        match self.part(json, at, &kind, read)?.value {
            Some(number) => self.check(number, bounds, "This component", at).map(Some),
            None => Some(None),
        }
    }

    fn check(&mut self, number: f64, bounds: Bounds, subject: &str, at: &Pointer<'_>) -> Option<f64> {
        let fits = bounds.contain(number);
        if !fits {
            self.report(at, format!("{subject} is {}, not {number}.", bounds.describe()));
        }
        fits.then_some(number)
    }

    /// Warns of a hex color that is another one than the components.
    fn compare_hex(&mut self, color: &Color, at: &Pointer<'_>) {
        let Some(hex) = &color.hex else { return };
        let made = hex_of(color);
        let channel = |text: &str, index: usize| {
            text.get(1 + 2 * index..3 + 2 * index).and_then(|digits| i32::from_str_radix(digits, 16).ok())
        };
        let differs = (0..3).any(|index| match (channel(hex, index), channel(&made, index)) {
            (Some(given), Some(made)) => (given - made).abs() > 1,
            _ => false,
        });
        if differs {
            let detail = format!("The components are {made} in sRGB, and hex says {hex}.");
            self.warnings.add(&at.member("hex"), detail);
        }
    }

    pub(super) fn dimension(&mut self, json: &Json, at: &Pointer<'_>) -> Option<Dimension> {
        if let Some(text) = json.as_str() {
            let detail = format!(
                "A dimension is an object such as {{\"value\": 8, \"unit\": \"px\"}}, not the text {text:?}."
            );
            self.report(at, detail);
            return None;
        }
        let (value, unit) = self.measure(json, at, "A dimension", ["px", "rem"])?;
        Some(Dimension { value, unit: if unit == "px" { Unit::Px } else { Unit::Rem } })
    }

    pub(super) fn duration(&mut self, json: &Json, at: &Pointer<'_>) -> Option<Duration> {
        let (value, unit) = self.measure(json, at, "A duration", ["ms", "s"])?;
        Some(Duration { value, is_seconds: unit == "s" })
    }

    pub(super) fn positive_duration(&mut self, json: &Json, at: &Pointer<'_>) -> Option<Duration> {
        let duration = self.duration(json, at)?;
        self.check(duration.value, Bounds::FromZero, "A duration", &at.member("value")).map(|_| duration)
    }

    /// A number with one of two units.
    fn measure(
        &mut self,
        json: &Json,
        at: &Pointer<'_>,
        subject: &str,
        units: [&'static str; 2],
    ) -> Option<(f64, &'static str)> {
        let object = self.members(json, at, subject, &["value", "unit"], &[])?;
        let value = object.get("value").and_then(|json| self.number_part(json, &at.member("value")));
        let unit = object.get("unit").and_then(|json| {
            let at = at.member("unit");
            let name = self.text_part(json, &at, "A unit")?;
            let unit = units.into_iter().find(|unit| *unit == name);
            if unit.is_none() {
                self.report(&at, format!("The unit is {:?} or {:?}, not {name:?}.", units[0], units[1]));
            }
            unit
        });
        Some((value?, unit?))
    }

    pub(super) fn font_family(&mut self, json: &Json, at: &Pointer<'_>) -> Option<FontFamily> {
        let (names, is_list) = match json {
            Json::String(name) => (vec![self.family(name.clone(), at)], false),
            Json::Array(_) => {
                let items = self.items(json, at, "A font family")?;
                let read = |(index, json): (usize, &Json)| {
                    let at = at.index(index);
                    let name = self.text_part(json, &at, "A font's name")?;
                    self.family(name, &at)
                };
                (items.iter().enumerate().map(read).collect(), true)
            }
            other => {
                self.report(
                    at,
                    format!("A font family is a name or an array of names, not {}.", other.kind()),
                );
                return None;
            }
        };
        let names = names.into_iter().collect::<Option<Vec<_>>>()?;
        let bytes: usize = names.iter().map(String::len).sum();
        if bytes > MAX_FAMILY_BYTES {
            self.report(at, format!("The names have {bytes} bytes; at most {MAX_FAMILY_BYTES} are taken."));
            return None;
        }
        Some(FontFamily { names, is_list })
    }

    fn family(&mut self, name: String, at: &Pointer<'_>) -> Option<String> {
        if name.trim().is_empty() {
            self.report(at, "A font's name is not empty.");
            return None;
        }
        if name.contains(['{', '}']) {
            self.report(at, "A font's name has no braces; a reference has nothing around them.");
            return None;
        }
        Some(name)
    }

    pub(super) fn font_weight(&mut self, json: &Json, at: &Pointer<'_>) -> Option<FontWeight> {
        if let Some(number) = json.as_f64() {
            if (1.0..=1000.0).contains(&number) {
                return Some(FontWeight { number, keyword: None });
            }
            self.report(at, format!("A font's weight is from 1 to 1000, not {number}."));
            return None;
        }
        let keyword =
            json.as_str().and_then(|text| WEIGHTS.into_iter().find(|(keyword, _)| *keyword == text));
        if keyword.is_none() {
            let keywords = WEIGHTS.map(|(keyword, _)| keyword).join(", ");
            self.report(at, format!("A font's weight is a number from 1 to 1000 or one of {keywords}."));
        }
        keyword.map(|(keyword, number)| FontWeight { number, keyword: Some(keyword) })
    }

    pub(super) fn cubic_bezier(&mut self, json: &Json, at: &Pointer<'_>) -> Option<[f64; 4]> {
        let Some(items) = json.as_array().filter(|items| items.len() == 4) else {
            self.report(at, "A cubic Bézier curve is an array of four numbers: x1, y1, x2, y2.");
            return None;
        };
        let mut points = [None; 4];
        for (index, point) in points.iter_mut().enumerate() {
            let at = at.index(index);
            let bounds = if index % 2 == 0 { Bounds::To(1.0) } else { Bounds::Any };
            let number = self.number_part(&items[index], &at);
            *point = number.and_then(|number| self.check(number, bounds, "This coordinate", &at));
        }
        let [Some(x1), Some(y1), Some(x2), Some(y2)] = points else { return None };
        Some([x1, y1, x2, y2])
    }
}

fn single_family(value: &Value) -> Option<String> {
    match value {
        Value::FontFamily(FontFamily { names, is_list: false }) => names.first().cloned(),
        _ => None,
    }
}

/// None where a member is at fault.
pub(super) fn flatten<T>(member: Option<Option<T>>) -> Option<Option<T>> {
    match member {
        Some(None) => None,
        Some(read) => Some(read),
        None => Some(None),
    }
}
