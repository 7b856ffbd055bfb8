//! Values for a column, as text that its type reads.

use std::collections::BTreeSet;

use super::row::{Column, Draw};

/// Numbers in keys, one kind for each attempt: far from those that people write and that sequences count, and
/// not so far that a migration which goes through its keys in batches takes long.
const KEYS: [i64; 3] = [90_700, 65_300, -90_700];

/// The same where two bytes have to do.
const SHORT_KEYS: [i64; 3] = [19_070, 29_070, -19_070];

/// Regular expression of a row, as text, that was written here.
pub(super) const MARK: &str =
    r#"[(,"]-?(9070[0-9]|6530[0-9]|1907[0-9]|2907[0-9])[,)"]|sample -?[0-9]+|0000-4000-8000-00000000"#;

/// Texts of forms that conditions ask for; of each length up to 100 there are others.
const FORMS: [&str; 22] = [
    "sample",
    "SAMPLE",
    "Sample",
    "sample-1",
    "sample_1",
    "sample@example.com",
    "https://example.com/",
    "/sample",
    "en",
    "DE",
    "EUR",
    "en-US",
    "#a1b2c3",
    "+491234567890",
    "1.0.0",
    "192.0.2.1",
    "example.com",
    "2026-01-01",
    "12:00",
    "00000000-0000-4000-8000-000000000001",
    "Europe/Berlin",
    "10115",
];

/// The longest text that is tried.
const LONGEST: usize = 100;

/// Forms of a text that holds JSON.
const DOCUMENTS: [&str; 4] = [r#"{"sample": 1}"#, r#"["sample 1"]"#, r#""sample 1""#, "1"];

impl Column {
    /// A row's value, whatever conditions there are; none of a type that is not known here.
    pub(super) fn everyday(&self, draw: Draw) -> Option<String> {
        let labels = &self.labels;
        if let Some(label) = labels.get((draw.number - 1) % labels.len().max(1)) {
            return Some(label.clone());
        }
        if let Some(subtype) = &self.subtype {
            let bound = |number| sample(subtype, Draw { number, ..draw }, false, None);
            let range = format!("[{},{})", bound(draw.number)?, bound(draw.number + 1)?);
            return Some(if self.is_multirange { format!("{{{range}}}") } else { range });
        }
        match (self.is_text(), self.document()) {
            (true, Some(document)) => Some(document.replace('1', &draw.number.to_string())),
            _ => sample(&self.base, draw, self.is_key, self.length),
        }
    }

    pub(super) fn is_text(&self) -> bool {
        matches!(&*self.base, "text" | "varchar" | "bpchar" | "name" | "citext")
    }

    /// JSON of the form that the text's default, or a condition, shows.
    fn document(&self) -> Option<&'static str> {
        let default = self.default.as_deref().unwrap_or_default().trim_start_matches('(');
        match default.as_bytes() {
            [b'\'', b'{', ..] if default.contains("}'") => Some(DOCUMENTS[0]),
            [b'\'', b'[', ..] if default.contains("]'") => Some(DOCUMENTS[1]),
            _ => self
                .conditions()
                .any(|condition| condition.to_lowercase().contains("json"))
                .then_some(DOCUMENTS[0]),
        }
    }

    pub(super) fn conditions(&self) -> impl Iterator<Item = &str> {
        self.conditions.iter().map(String::as_str).chain(self.domain.as_deref())
    }

    /// Returns values that may fit the column's conditions, the best first.
    pub(super) fn candidates(&self, rows: usize, draw: Draw) -> Vec<String> {
        let own = (0..rows).filter_map(|row| self.everyday(Draw { number: draw.number + row, ..draw }));
        let mut all: Vec<String> = own.collect();
        let conditions: String = self.conditions().collect::<Vec<_>>().join(" ");
        let words = quoted(&conditions);
        if self.is_text() {
            all.extend(words.iter().filter(|word| !word.is_empty()).cloned());
            all.extend(DOCUMENTS.map(str::to_owned));
            all.extend(FORMS.map(str::to_owned));
            all.extend((1..=LONGEST).map(|length| "0".repeat(length)));
            all.extend((1..=LONGEST).map(|length| "a".repeat(length)));
        } else {
            all.extend(words);
            // From the top, as people count from the bottom.
            let numbers: BTreeSet<i64> =
                numbers(&conditions).into_iter().flat_map(|n| [n - 2, n - 1, n, n + 1, n + 2]).collect();
            all.extend(numbers.iter().rev().map(ToString::to_string));
            all.extend([3, 2, 1, 0, -1, 10, 50, 100, 1_000].map(|number: i64| number.to_string()));
        }
        let mut seen = BTreeSet::new();
        all.retain(|candidate| seen.insert(candidate.clone()));
        all
    }
}

/// A value of one of the server's own types.
pub(super) fn sample(base: &str, draw: Draw, is_key: bool, length: Option<usize>) -> Option<String> {
    let Draw { number, attempt, place } = draw;
    let whole = |keys: [i64; 3], most: i64| {
        let offset = i64::try_from(number).unwrap_or(1);
        if is_key {
            keys[attempt % 3] + offset
        } else {
            (offset + i64::try_from(place).unwrap_or(0)).clamp(-most, most)
        }
    };
    let shifted = number + 10 * attempt + place;
    let day = 1 + (shifted - 1) % 28;
    let text = match base {
        "int2" => whole(SHORT_KEYS, 32_000).to_string(),
        "int4" | "int8" => whole(KEYS, i64::from(i32::MAX)).to_string(),
        "numeric" => match length {
            // As many as its digits can tell, from the top.
            Some(digits) if digits < 5 => {
                let top = 10_i64.pow(u32::try_from(digits).unwrap_or(0)) - 1;
                whole([top - 50, top - 30, -top + 10], top).to_string()
            }
            _ => whole(KEYS, i64::MAX).to_string(),
        },
        "oid" | "money" => shifted.to_string(),
        "float4" | "float8" => format!("{shifted}.5"),
        "bool" => (number % 2 == 1).to_string(),
        "text" | "varchar" | "bpchar" | "name" | "citext" => {
            short(&format!("sample {shifted}"), shifted, length)
        }
        "tsvector" => format!("sample {shifted}"),
        "tsquery" => format!("sample{shifted}"),
        "char" => "s".to_owned(),
        "uuid" => format!("00000000-0000-4000-8000-{shifted:012}"),
        "bytea" => format!("\\x{shifted:064}"),
        "date" => format!("2026-01-{day:02}"),
        "timestamp" => format!("2026-01-{day:02} 12:00:00"),
        "timestamptz" => format!("2026-01-{day:02} 12:00:00+00"),
        "time" | "timetz" => format!("12:00:{day:02}"),
        "interval" => format!("{shifted} days"),
        "json" | "jsonb" => format!("{{\"sample\": {shifted}}}"),
        "jsonpath" => format!("$.sample{shifted}"),
        "inet" | "cidr" => format!("192.0.2.{}", shifted % 256),
        "macaddr" => format!("00:00:5e:00:53:{:02x}", shifted % 256),
        "macaddr8" => format!("00:00:5e:ff:fe:00:53:{:02x}", shifted % 256),
        "bit" => bits(shifted, length.unwrap_or(1)),
        "varbit" => bits(shifted, length.unwrap_or(8)),
        "point" => format!("({shifted},{shifted})"),
        "line" => format!("{{1,1,{shifted}}}"),
        "lseg" | "box" => format!("(0,0),({shifted},{shifted})"),
        "path" => format!("[(0,0),({shifted},{shifted})]"),
        "circle" => format!("<(0,0),{shifted}>"),
        "xml" => format!("<sample>{shifted}</sample>"),
        "hstore" => format!("sample=>{shifted}"),
        "ltree" => format!("sample.s{shifted}"),
        _ => return None,
    };
    Some(text)
}

/// A text as it is, or a shorter one with the same number where it is too long.
fn short(text: &str, number: usize, length: Option<usize>) -> String {
    match length {
        Some(1) => char::from(b"zyxwvutsrq"[number % 10]).to_string(),
        Some(length) if length < text.len() => {
            let digits = number.to_string();
            let tail = &digits[digits.len().saturating_sub(length - 1)..];
            format!("s{tail}")
        }
        _ => text.to_owned(),
    }
}

fn bits(number: usize, length: usize) -> String {
    let all = format!("{number:0length$b}");
    all[all.len() - length..].to_owned()
}

/// Returns the quoted texts of a condition.
fn quoted(condition: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = condition;
    while let Some(start) = rest.find('\'') {
        let mut end = start + 1;
        while let Some(at) = rest[end..].find('\'') {
            end += at;
            if !rest[end + 1..].starts_with('\'') {
                break;
            }
            end += 2;
        }
        let Some(word) = rest.get(start + 1..end) else { break };
        words.push(word.replace("''", "'"));
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    words
}

/// The whole numbers in a condition.
fn numbers(condition: &str) -> BTreeSet<i64> {
    let digits = |c: char| !c.is_ascii_digit();
    condition
        .split(digits)
        .filter_map(|word| word.parse::<i64>().ok())
        .filter(|n| *n < i64::MAX - 2)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(base: &str, is_key: bool, length: Option<usize>) -> Vec<String> {
        let draw = |number| sample(base, Draw { number, attempt: 0, place: 0 }, is_key, length).unwrap();
        (1..=3).map(draw).collect()
    }

    #[test]
    fn keys_are_far_from_the_numbers_that_people_write() {
        assert_eq!(drawn("int4", true, None), ["90701", "90702", "90703"]);
        assert_eq!(drawn("int2", true, None), ["19071", "19072", "19073"]);
        assert_eq!(drawn("numeric", true, Some(4)), ["9950", "9951", "9952"]);
        assert_eq!(drawn("int4", false, None), ["1", "2", "3"]);
    }

    #[test]
    fn a_short_column_still_tells_its_rows_apart() {
        assert_eq!(drawn("varchar", true, Some(20)), ["sample 1", "sample 2", "sample 3"]);
        assert_eq!(drawn("varchar", true, Some(3)), ["s1", "s2", "s3"]);
        assert_eq!(drawn("bpchar", true, Some(1)), ["y", "x", "w"]);
        assert_eq!(drawn("bit", false, Some(2)), ["01", "10", "11"]);
    }

    #[test]
    fn words_and_numbers_are_taken_from_a_condition() {
        let condition = "((a = ANY (ARRAY['one'::text, 'it''s'::text])) AND (length(a) > 12) AND (b <> ''))";
        assert_eq!(quoted(condition), ["one", "it's", ""]);
        assert_eq!(numbers(condition), BTreeSet::from([12]));
    }
}
