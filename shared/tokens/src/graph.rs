//! Strongly connected components, by Tarjan's algorithm with a stack of its own: a chain of references may be
//! longer than a thread's stack is deep.

/// The components of a graph, each after those that it leads to. `edges[n]` are the nodes that node `n`
/// needs.
pub(crate) fn components(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    const UNSEEN: usize = usize::MAX;
    let mut order = vec![UNSEEN; edges.len()];
    let mut low = vec![0; edges.len()];
    let mut is_open = vec![false; edges.len()];
    let (mut open, mut components) = (Vec::new(), Vec::new());
    let mut seen = 0;
    for start in 0..edges.len() {
        if order[start] != UNSEEN {
            continue;
        }
        // A node, and how many of its edges have been followed.
        let mut walk = vec![(start, 0)];
        while let Some((node, followed)) = walk.last_mut() {
            let node = *node;
            if *followed == 0 && order[node] == UNSEEN {
                (order[node], low[node]) = (seen, seen);
                seen += 1;
                open.push(node);
                is_open[node] = true;
            }
            if let Some(&next) = edges[node].get(*followed) {
                *followed += 1;
                if order[next] == UNSEEN {
                    walk.push((next, 0));
                } else if is_open[next] {
                    low[node] = low[node].min(order[next]);
                }
                continue;
            }
            walk.pop();
            if let Some((parent, _)) = walk.last() {
                low[*parent] = low[*parent].min(low[node]);
            }
            if low[node] == order[node] {
                let first = open.iter().rposition(|&member| member == node).unwrap_or_default();
                let component = open.split_off(first);
                component.iter().for_each(|&member| is_open[member] = false);
                components.push(component);
            }
        }
    }
    components
}

#[cfg(test)]
mod tests {
    use super::components;

    #[test]
    fn what_is_needed_comes_first_and_circles_stay_together() {
        let edges = vec![vec![1], vec![2, 3], vec![1], vec![], vec![4]];
        let mut found = components(&edges);
        found.iter_mut().for_each(|component| component.sort_unstable());
        assert_eq!(found, [vec![3], vec![1, 2], vec![0], vec![4]]);
    }

    #[test]
    fn a_long_chain_takes_no_stack() {
        let edges: Vec<_> =
            (0..200_000).map(|node| if node == 0 { vec![] } else { vec![node - 1] }).collect();
        assert!(components(&edges).into_iter().map(|component| component[0]).eq(0..200_000));
    }
}
