//! A count of the bytes that are looked at, by which tests see that cost grows in proportion to a file.

#[cfg(test)]
thread_local! {
    static BYTES: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Counts bytes that are looked at. Outside tests it does nothing.
#[inline]
pub(crate) fn visit(bytes: usize) {
    #[cfg(test)]
    BYTES.with(|count| count.set(count.get() + bytes));
    #[cfg(not(test))]
    let _ = bytes;
}

/// How many bytes some work looks at.
#[cfg(test)]
pub(crate) fn of(work: impl FnOnce()) -> usize {
    let before = BYTES.with(std::cell::Cell::get);
    work();
    BYTES.with(std::cell::Cell::get) - before
}
