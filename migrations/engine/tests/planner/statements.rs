//! A plan has no more statements than one that somebody writes who knows Postgres well.

use crate::server::Database;

/// Single changes; its head says how they are written.
const CHANGES: &str = include_str!("statements.sql");

/// The most statements of one direction, in a database that nobody uses and in one that is in use.
struct Most {
    offline: usize,
    online: usize,
}

/// The numbers of `name | 1 2 | 3 4`: there and back offline, then online.
fn numbers(head: &str) -> (&str, [Most; 2]) {
    let parts: Vec<&str> = head.split('|').map(str::trim).collect();
    let [name, offline, online] = parts.as_slice() else { panic!("{head}") };
    let two = |text: &str| -> [usize; 2] {
        let numbers: Vec<usize> = text.split(' ').map(|number| number.parse().unwrap()).collect();
        numbers.try_into().unwrap()
    };
    let (offline, online) = (two(offline), two(online));
    let of = |way: usize| Most { offline: offline[way], online: online[way] };
    (name, [of(0), of(1)])
}

#[tokio::test]
async fn a_plan_has_no_more_statements_than_one_by_hand() {
    let (one, other) = (Database::new().await, Database::new().await);
    let mut wrong = Vec::new();
    for section in CHANGES.split("\n-- ==== ").skip(1) {
        let (head, rest) = section.split_once('\n').unwrap();
        let (name, [there, back]) = numbers(head);
        let (common, rest) = rest.split_once("-- from\n").unwrap();
        let (from, to) = rest.split_once("-- to\n").unwrap();
        let (from, to) = (format!("{common}{from}"), format!("{common}{to}"));
        for (way, from, to, most) in [("there", &from, &to, there), ("back", &to, &from, back)] {
            let wanted = other.make(to).await.unwrap_or_else(|error| panic!("{name}: {error}"));
            for (online, most) in [(false, most.offline), (true, most.online)] {
                let how = format!("{name}, {way}, {}", if online { "online" } else { "offline" });
                let catalog = one.make(from).await.unwrap();
                match one.lead(&catalog, &wanted, online).await {
                    Err(error) => wrong.push(format!("{how}: {error}")),
                    Ok(led) if led.statements.len() > most => {
                        let statements = led.statements.join(";\n");
                        wrong.push(format!("{how}: {} for {most}:\n{statements}", led.statements.len()));
                    }
                    Ok(_) => {}
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
