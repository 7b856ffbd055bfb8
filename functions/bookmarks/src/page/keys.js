// The keyboard, and clicks on rows.

const inText = (element) => element.matches('input:not([type="checkbox"]), textarea, select');

/** What the keys of one letter do. */
const KEYS = {
  '/': () => byId('q').focus(),
  j: () => activate(list.active + 1),
  k: () => activate(Math.max(list.active - 1, 0)),
  x: () => select(Math.max(list.active, 0)),
  e: () => edit(list.items[list.active]),
  a: () => addBookmark(),
  '#': () => trash(targets()),
  u: undoLast,
  o: () => openActive(),
  '?': () => byId('help').showModal(),
};

function openActive() {
  list.rows.get(list.active)?.querySelector('a[href]')?.click();
}

addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.querySelector('dialog[open]')) return;
  if (event.key === 'Escape') {
    // A browser would empty the search.
    event.preventDefault();
    escape();
    return;
  }
  if (inText(event.target) || !hasKeys || !Object.hasOwn(KEYS, event.key)) return;
  event.preventDefault();
  KEYS[event.key]();
});

/** Leaves the search, then the folders of a narrow page, then the selection. */
function escape() {
  if (document.activeElement === byId('q')) activate(Math.max(list.active, 0));
  else if (isSideOpen()) showSide(false);
  else if (list.selected.size > 0) selectNone();
  else hideToast();
}

// Arrows work within the list whether or not the keys of one letter are switched on.
const ARROWS = {
  ArrowDown: () => activate(list.active + 1),
  ArrowUp: () => activate(list.active - 1),
  PageDown: () => activate(list.active + rowsInSight()),
  PageUp: () => activate(list.active - rowsInSight()),
  Home: () => activate(0),
  End: () => activate(listLength() - 1),
};
const rowsInSight = () => Math.max(1, Math.floor(scroller.clientHeight / rowHeight()) - 1);

shownList.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (Object.hasOwn(ARROWS, event.key)) {
    event.preventDefault();
    ARROWS[event.key]();
  } else if (event.target.matches('.bookmark') && event.key === 'Enter') {
    event.preventDefault();
    openActive();
  } else if (event.target.matches('.bookmark') && event.key === ' ') {
    event.preventDefault();
    select(list.active);
  }
});

const placeOf = (element) => Number(element.closest('.bookmark')?.dataset.at ?? -1);

shownList.addEventListener('focusin', ({ target }) => {
  const at = placeOf(target);
  if (at < 0 || at === list.active) return;
  const former = list.active;
  list.active = at;
  markRow(former < 0 ? 0 : former);
  markRow(at);
});

shownList.addEventListener('click', (event) => {
  const at = placeOf(event.target);
  const item = list.items[at];
  if (!item) return;
  const { target } = event;
  if (target.matches('input')) select(at, { range: event.shiftKey });
  else if (target.closest('.edit')) edit(item);
  else if (target.closest('.restore')) restore([item]);
  else if (target.closest('.tag')) go({ ...plainState(), tag: target.closest('.tag').dataset.tag });
  else if (!target.closest('a, label, button')) activate(at);
});
shownList.addEventListener('dblclick', (event) => {
  if (!event.target.closest('a, label, button')) edit(list.items[placeOf(event.target)]);
});
