//! Which objects lead back to each other by what they need.

use std::collections::BTreeMap;

use model::ObjectId;

/// What each object leads to.
pub(crate) type Edges<'a> = BTreeMap<&'a ObjectId, Vec<&'a ObjectId>>;

/// Objects that lead back to themselves by way of others, each with the number of its circle. Found in one
/// pass over the edges, however long the ways are.
#[derive(Default)]
pub(crate) struct Circles<'a>(BTreeMap<&'a ObjectId, usize>);

impl<'a> Circles<'a> {
    pub(crate) fn new(edges: &Edges<'a>) -> Self {
        let mut search =
            Search { edges, places: BTreeMap::new(), open: Vec::new(), circles: Self::default() };
        for object in edges.keys() {
            search.run(object);
        }
        search.circles
    }

    /// Returns whether two objects lead to each other.
    pub(crate) fn hold_both(&self, one: &ObjectId, other: &ObjectId) -> bool {
        self.0.get(one).is_some_and(|circle| self.0.get(other) == Some(circle))
    }
}

/// Tarjan's algorithm, without recursion: ways may be as long as there are objects.
struct Search<'s, 'a> {
    edges: &'s Edges<'a>,
    /// When each object was come to, and the earliest that it leads to of those that are still open.
    places: BTreeMap<&'a ObjectId, (usize, usize)>,
    open: Vec<&'a ObjectId>,
    circles: Circles<'a>,
}

impl<'a> Search<'_, 'a> {
    fn run(&mut self, first: &'a ObjectId) {
        if self.places.contains_key(first) {
            return;
        }
        // Objects on the way here, each with how many of its edges were taken.
        let mut way = vec![(self.come_to(first), 0)];
        while let Some((object, taken)) = way.last_mut() {
            let object = *object;
            let next = self.edges.get(object).and_then(|edges| edges.get(*taken)).copied();
            *taken += 1;
            match next {
                Some(next) if !self.places.contains_key(next) => way.push((self.come_to(next), 0)),
                Some(next) => self.reach(object, next),
                None => {
                    way.pop();
                    self.leave(object);
                    if let Some((before, _)) = way.last() {
                        self.reach(before, object);
                    }
                }
            }
        }
    }

    fn come_to(&mut self, object: &'a ObjectId) -> &'a ObjectId {
        let place = self.places.len();
        self.places.insert(object, (place, place));
        self.open.push(object);
        object
    }

    /// Notes that an object leads to what another leads to, which is closed where it is in another circle.
    fn reach(&mut self, object: &'a ObjectId, other: &'a ObjectId) {
        let Some(&(_, earliest)) = self.places.get(other) else { return };
        if let Some((_, own)) = self.places.get_mut(object) {
            *own = earliest.min(*own);
        }
    }

    /// Closes the circle that begins with an object, if one does.
    fn leave(&mut self, object: &'a ObjectId) {
        let Some(&(place, earliest)) = self.places.get(object) else { return };
        if place != earliest {
            return;
        }
        let begin = self.open.iter().rposition(|open| *open == object).unwrap_or_default();
        let members = self.open.split_off(begin);
        let is_circle = members.len() > 1;
        for member in members {
            self.places.insert(member, CLOSED);
            if is_circle {
                self.circles.0.insert(member, place);
            }
        }
    }
}

/// The place of what nothing leads back from any more.
const CLOSED: (usize, usize) = (usize::MAX, usize::MAX);

#[cfg(test)]
mod tests {
    use super::*;

    fn object(name: &str) -> ObjectId {
        ObjectId::parse("table", name).unwrap()
    }

    /// The pairs of `all` that are in one circle.
    fn pairs(all: &str, edges: &[(&str, &str)]) -> Vec<String> {
        let objects: BTreeMap<String, ObjectId> =
            all.chars().map(|name| (name.to_string(), object(&name.to_string()))).collect();
        let mut graph = Edges::new();
        for (from, to) in edges {
            graph.entry(&objects[*from]).or_default().push(&objects[*to]);
        }
        let circles = Circles::new(&graph);
        let names = || objects.keys();
        let each = names().flat_map(|one| names().filter(move |other| one < other).map(move |o| (one, o)));
        each.filter(|(one, other)| circles.hold_both(&objects[*one], &objects[*other]))
            .map(|(one, other)| format!("{one}{other}"))
            .collect()
    }

    #[test]
    fn those_that_lead_back_to_each_other_are_in_one_circle() {
        // b, c and d lead to each other, by two ways; a leads there, and e from there; e and f are a circle
        // of their own; g leads to itself alone, and h nowhere.
        let edges = [
            ("a", "b"),
            ("b", "c"),
            ("c", "d"),
            ("d", "b"),
            ("c", "b"),
            ("d", "e"),
            ("e", "f"),
            ("f", "e"),
            ("g", "g"),
        ];
        assert_eq!(pairs("abcdefgh", &edges), ["bc", "bd", "cd", "ef"]);
    }

    #[test]
    fn a_way_as_long_as_there_are_objects_is_searched() {
        let objects: Vec<ObjectId> = (0..100_000).map(|number| object(&format!("t{number}"))).collect();
        let mut edges: Edges<'_> = objects.windows(2).map(|pair| (&pair[0], vec![&pair[1]])).collect();
        assert!(!Circles::new(&edges).hold_both(&objects[0], &objects[99_999]));
        edges.insert(&objects[99_999], vec![&objects[0]]);
        assert!(Circles::new(&edges).hold_both(&objects[0], &objects[99_999]));
    }
}
