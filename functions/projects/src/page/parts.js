// Lists of the page that show so many rows at once.

/** A list of ten thousand rows would make the page slow. */
const ROWS = 100;

/**
 * Fills a list with the rows of its items, as many as are shown at once, and lets a button add more. The row
 * of an item is made when it is shown.
 */
function fill(list, more, items, rowOf) {
  list.replaceChildren();
  let shown = 0;
  const show = () => {
    const rows = items.slice(shown, shown + ROWS).map(rowOf);
    shown += rows.length;
    list.append(...rows);
    const hadFocus = document.activeElement === more;
    more.hidden = shown >= items.length;
    if (hadFocus) focusOn(rows[0]);
  };
  more.onclick = show;
  show();
}

/** Moves the focus to a row that has just been added, since the button that was pressed may be gone. */
function focusOn(row) {
  if (!row) return;
  row.tabIndex = -1;
  row.focus();
}
