// The list: only the rows in sight are drawn, and bookmarks are fetched as far as somebody scrolls.

const shownList = byId('list');
const scroller = byId('scroller');

/** Bookmarks of the first request, which is there sooner; the others bring as many as they may. */
const NEAR = 100;
const MARGIN = 8;

const list = {
  items: [],
  /** How many there are in all; null where the service has not said. */
  known: null,
  cursor: null,
  done: false,
  failed: false,
  active: -1,
  /** The words that were searched in place of misspelt ones. */
  corrected: [],
  /** Whether more are found than are ranked. */
  isRankedInPart: false,
  selected: new Map(),
  anchor: -1,
  rows: new Map(),
  fetching: null,
  abort: new AbortController(),
};

const rowHeight = () => 4 * parseFloat(getComputedStyle(document.documentElement).fontSize);
/** Rows that wait for the next part are drawn as well, as many as are fetched ahead. */
const AHEAD = 24;
const listLength = () => {
  const { length } = list.items;
  return list.done || length === 0 ? length : Math.max(length + AHEAD, list.known ?? 0);
};

/** Starts the list of a state from its beginning; the former request is given up. */
async function startList(known) {
  list.abort.abort();
  Object.assign(list, {
    items: [], known, cursor: null, done: false, failed: false, active: -1, anchor: -1, fetching: null,
    abort: new AbortController(),
  });
  list.selected.clear();
  scroller.scrollTop = 0;
  clearRows();
  await fetchUpTo(1);
}

/** Fetches until there are so many bookmarks, or all. */
function fetchUpTo(count) {
  list.fetching ??= fetchParts(list.abort, count).finally(() => { list.fetching = null; });
  return list.fetching;
}

async function fetchParts(abort, count) {
  shownList.ariaBusy = 'true';
  let wanted = count;
  while (!list.done && list.items.length < wanted) {
    const limit = list.items.length === 0 ? NEAR : MOST;
    let part;
    try {
      part = await listed(state, list.cursor, limit, abort.signal);
    } catch (error) {
      if (abort.signal.aborted) return;
      list.failed = true;
      complain(error, () => {
        list.failed = false;
        fetchUpTo(count);
      });
      break;
    }
    if (abort.signal.aborted) return;
    complain(null);
    list.items.push(...part.bookmarks);
    list.corrected = Object.values(part.corrected ?? {}).map(([nearest]) => nearest).filter(Boolean);
    list.isRankedInPart = part.ranked_in_part === true;
    list.cursor = part.next_cursor;
    list.done = part.next_cursor === null;
    const hadFocus = forgetWaiting();
    drawList();
    if (hadFocus) activate(list.active);
    showCount();
    wanted = Math.max(count, Math.min(lastInSight(), listLength()));
  }
  shownList.ariaBusy = 'false';
}

const lastInSight = () => Math.ceil((scroller.scrollTop + scroller.clientHeight) / rowHeight()) + MARGIN;

function clearRows() {
  for (const row of list.rows.values()) row.remove();
  list.rows.clear();
}

/** Removes the rows that stood for bookmarks which are there now, or which do not exist. */
function forgetWaiting() {
  const isOver = (at) => Boolean(list.items[at]) || at >= listLength();
  const over = [...list.rows].filter(([at, row]) => row.classList.contains('waiting') && isOver(at));
  const hadFocus = over.some(([, row]) => row.contains(document.activeElement));
  for (const [at, row] of over) dropRow(at, row);
  list.active = Math.min(list.active, listLength() - 1);
  return hadFocus;
}

function dropRow(at, row) {
  row.remove();
  list.rows.delete(at);
}

/** Draws the rows in sight, and the one with the focus wherever it is. */
function drawList() {
  const height = rowHeight();
  const length = listLength();
  shownList.style.height = `${length * height}px`;
  const { first, last } = drawnRange(scroller.scrollTop, scroller.clientHeight, height, length, MARGIN);
  const isDrawn = (at) => (at >= first && at < last) || (at === list.active && at < length);
  for (const [at, row] of list.rows) if (!isDrawn(at)) dropRow(at, row);
  const wanted = new Set(Array.from({ length: last - first }, (_, at) => first + at));
  if (list.active >= 0 && list.active < length) wanted.add(list.active);
  // In their order, since keys and screen readers follow the document's.
  const before = [...list.rows.keys()].sort((one, other) => one - other);
  for (const at of [...wanted].sort((one, other) => one - other)) {
    if (list.rows.has(at)) continue;
    const row = bookmarkRow(list.items[at], at, list.done ? list.items.length : list.known ?? -1);
    row.dataset.at = at;
    row.style.transform = `translateY(${at * height}px)`;
    const next = before.find((other) => other > at);
    shownList.insertBefore(row, next === undefined ? null : list.rows.get(next));
    list.rows.set(at, row);
    markRow(at);
  }
  const mayFetch = list.items.length > 0 && !list.done && !list.failed;
  if (mayFetch && last + AHEAD / 2 > list.items.length) fetchUpTo(last);
}

/** Shows whether a row is selected, and whether the keys act on it. */
function markRow(at) {
  const row = list.rows.get(at);
  if (!row) return;
  const isActive = at === Math.max(list.active, 0);
  const isSelected = list.selected.has(list.items[at]?.id);
  row.classList.toggle('active', at === list.active);
  row.classList.toggle('selected', isSelected);
  row.querySelector('input').checked = isSelected;
  row.tabIndex = isActive ? 0 : -1;
  for (const control of row.querySelectorAll('a[href], button, input')) control.tabIndex = isActive ? 0 : -1;
}

/** Draws all rows again, as bookmarks have changed or moved. */
function redrawList() {
  const hadFocus = shownList.contains(document.activeElement);
  clearRows();
  drawList();
  showCount();
  if (hadFocus && list.active >= 0) list.rows.get(list.active)?.focus({ preventScroll: true });
}

/** Makes a row the one that keys act on, and brings it into sight. */
function activate(at, { focus = true } = {}) {
  const former = list.active;
  list.active = Math.min(Math.max(at, 0), listLength() - 1);
  if (list.active < 0) return;
  const height = rowHeight();
  const top = list.active * height;
  if (top < scroller.scrollTop) scroller.scrollTop = top;
  const bottom = top + height - scroller.clientHeight;
  if (bottom > scroller.scrollTop) scroller.scrollTop = bottom;
  drawList();
  markRow(former < 0 ? 0 : former);
  markRow(list.active);
  if (focus) list.rows.get(list.active)?.focus({ preventScroll: true });
}

/** Puts a bookmark as it is now into the place of the one with its id. */
function replaceItem(bookmark) {
  const at = list.items.findIndex(({ id }) => id === bookmark.id);
  if (at < 0) return;
  list.items[at] = bookmark;
  if (list.selected.has(bookmark.id)) list.selected.set(bookmark.id, bookmark);
  redrawList();
}

/** Takes bookmarks out of the list, and returns them with their places. */
function removeItems(ids) {
  const gone = new Set(ids);
  const removed = list.items.flatMap((item, at) => (gone.has(item.id) ? [[at, item]] : []));
  list.items = list.items.filter(({ id }) => !gone.has(id));
  if (list.known !== null) list.known = Math.max(0, list.known - removed.length);
  for (const id of ids) list.selected.delete(id);
  list.active = Math.min(list.active, list.items.length - 1);
  redrawList();
  showSelection();
  return removed;
}

/** Puts bookmarks back where they were, if the list is still the same one. */
function putBack(removed, abort) {
  if (abort !== list.abort) return;
  for (const [at, item] of removed) list.items.splice(at, 0, item);
  if (list.known !== null) list.known += removed.length;
  redrawList();
}

let drawing = 0;
scroller.addEventListener('scroll', () => {
  if (!drawing) drawing = requestAnimationFrame(() => { drawing = 0; drawList(); });
}, { passive: true });
addEventListener('resize', () => redrawList());
