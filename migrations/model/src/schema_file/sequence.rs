//! Returns a sequence's options, as far as they are not Postgres's defaults.

/// The options of a sequence from its definition: `bigint start 1 increment 1 min 1 max 9 cache 1 cycle`.
/// With its type where it is one of its own; an identity column's is the column's.
pub(super) fn options(definition: &str, is_identity: bool) -> Vec<String> {
    let of = |word: &str| {
        let mut words = definition.split(' ').skip_while(|w| *w != word);
        words.nth(1).and_then(|value| value.parse::<i128>().ok()).unwrap_or_default()
    };
    let kind = definition.split(' ').next().unwrap_or("bigint");
    let (least, most) = match kind {
        "smallint" => (i128::from(i16::MIN), i128::from(i16::MAX)),
        "integer" => (i128::from(i32::MIN), i128::from(i32::MAX)),
        _ => (i128::from(i64::MIN), i128::from(i64::MAX)),
    };
    let (min, max, increment) = (of("min"), of("max"), of("increment"));
    let (usual_min, usual_max) = if increment > 0 { (1, most) } else { (least, -1) };
    let usual_start = if increment > 0 { min } else { max };
    let option = |word: &str, value: i128, usual: i128| (value != usual).then(|| format!("{word} {value}"));
    let own_type = (kind != "bigint" && !is_identity).then(|| format!("AS {kind}"));
    let numbers = [
        option("INCREMENT", increment, 1),
        option("MINVALUE", min, usual_min),
        option("MAXVALUE", max, usual_max),
        option("START", of("start"), usual_start),
        option("CACHE", of("cache"), 1),
    ];
    let cycle = definition.ends_with(" cycle").then(|| "CYCLE".to_owned());
    own_type.into_iter().chain(numbers.into_iter().flatten()).chain(cycle).collect()
}

#[cfg(test)]
mod tests {
    use super::options;

    #[test]
    fn what_postgres_takes_by_itself_is_left_out() {
        let max = i64::MAX;
        assert!(options(&format!("bigint start 1 increment 1 min 1 max {max} cache 1"), false).is_empty());
        assert!(options("integer start 1 increment 1 min 1 max 2147483647 cache 1", true).is_empty());
        let down = format!("bigint start -1 increment -1 min {} max -1 cache 1", i64::MIN);
        assert_eq!(options(&down, false), ["INCREMENT -1"]);
    }

    #[test]
    fn what_was_chosen_is_written() {
        assert_eq!(
            options("integer start 7 increment 5 min 2 max 100 cache 3 cycle", false),
            ["AS integer", "INCREMENT 5", "MINVALUE 2", "MAXVALUE 100", "START 7", "CACHE 3", "CYCLE"]
        );
    }
}
