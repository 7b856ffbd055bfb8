//! A count of the bytes that are looked at, by which tests see that cost grows in proportion to a file.

#[cfg(any(test, feature = "count-work"))]
thread_local! {
    static BYTES: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Counts bytes that are looked at. Without the feature `count-work` it does nothing.
#[inline]
pub(crate) fn visit(bytes: usize) {
    #[cfg(any(test, feature = "count-work"))]
    BYTES.with(|count| count.set(count.get() + bytes));
    #[cfg(not(any(test, feature = "count-work")))]
    let _ = bytes;
}

/// Returns how many bytes some work looks at.
#[cfg(any(test, feature = "count-work"))]
pub fn count(work: impl FnOnce()) -> usize {
    let before = BYTES.with(std::cell::Cell::get);
    work();
    BYTES.with(std::cell::Cell::get) - before
}
