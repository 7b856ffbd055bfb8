// The selection, and what is done to all of it, each with a way back.

const selectedItems = () => [...list.selected.values()];

/** The bookmarks that an action is for: those that are selected, else the one that the keys act on. */
function targets() {
  if (list.selected.size > 0) return selectedItems();
  return list.items[list.active] ? [list.items[list.active]] : [];
}

function showSelection() {
  const count = list.selected.size;
  byId('bulk').hidden = count === 0;
  byId('selected-count').textContent = `${number(count)} selected`;
  byId('select-all').hidden = list.done && count === list.items.length;
  byId('bulk').querySelector('.when-kept').hidden = state.view === 'trash';
  byId('bulk').querySelector('[data-bulk="archive"]').textContent =
    state.view === 'archived' ? 'Take out of the archive' : 'Archive';
  byId('bulk-restore').hidden = state.view !== 'trash';
  for (const at of list.rows.keys()) markRow(at);
}

/** Selects a bookmark or takes it out; with `range`, all from the last one that was chosen. */
function select(at, { range = false } = {}) {
  const item = list.items[at];
  if (!item) return;
  const isAdded = !list.selected.has(item.id);
  const from = range && list.anchor >= 0 ? list.anchor : at;
  const some = list.items.slice(Math.min(from, at), Math.max(from, at) + 1);
  for (const one of range ? some : [item]) {
    if (isAdded) list.selected.set(one.id, one);
    else list.selected.delete(one.id);
  }
  list.anchor = at;
  showSelection();
}

function selectNone() {
  list.selected.clear();
  showSelection();
}

/** Selects all bookmarks of the list, which have to be fetched for it. */
async function selectAll() {
  const { abort } = list;
  while (!list.done && !list.failed && abort === list.abort) await fetchUpTo(list.items.length + MOST);
  if (abort !== list.abort || list.failed) return;
  for (const item of list.items) list.selected.set(item.id, item);
  showSelection();
}

const named = (bookmarks) => (bookmarks.length === 1
  ? outside(bookmarks[0].title || bookmarks[0].url)
  : counted(bookmarks.length, 'bookmark', 'bookmarks'));

/** Moves bookmarks to the trash. */
async function trash(bookmarks) {
  if (bookmarks.length === 0 || state.view === 'trash') return;
  const { abort } = list;
  const ids = bookmarks.map(({ id }) => id);
  await attempt(async () => {
    if (ids.length === 1) await trashed(ids[0]);
    else await changedInBulk(ids, { delete: true });
    const removed = removeItems(ids);
    if (list.active >= 0) activate(list.active);
    refreshSide();
    const words = bookmarks.length === 1 ? ' is in the trash.' : ' are in the trash.';
    toast([named(bookmarks), words], async () => {
      await restoredAll(ids);
      putBack(removed, abort);
      refreshSide();
      return counted(ids.length, 'bookmark is back.', 'bookmarks are back.');
    });
  });
}

/** Takes bookmarks out of the trash. */
async function restore(bookmarks) {
  const { abort } = list;
  const ids = bookmarks.map(({ id }) => id);
  await attempt(async () => {
    await restoredAll(ids);
    const removed = removeItems(ids);
    if (list.active >= 0) activate(list.active);
    refreshSide();
    toast([named(bookmarks), bookmarks.length === 1 ? ' is restored.' : ' are restored.'], async () => {
      if (ids.length === 1) await trashed(ids[0]);
      else await changedInBulk(ids, { delete: true });
      putBack(removed, abort);
      refreshSide();
      return counted(ids.length, 'bookmark is in the trash again.', 'bookmarks are in the trash again.');
    });
  });
}

/** Changes bookmarks in the same way, and shows them as they are then. */
async function changeAll(bookmarks, change, done) {
  const { abort } = list;
  const before = bookmarks.map((bookmark) => ({ ...bookmark }));
  await attempt(async () => {
    await changedInBulk(before.map(({ id }) => id), change);
    showChanged(before.map((bookmark) => changed(bookmark, change)));
    const leaves = 'archive' in change && state.view in { all: 1, unread: 1, archived: 1 };
    const removed = leaves ? removeItems(before.map(({ id }) => id)) : [];
    refreshSide();
    toast([named(before), ` ${done}.`], async () => {
      for (const { ids, do: undo } of inverseOf(change, before)) await changedInBulk(ids, undo);
      putBack(removed, abort);
      showChanged(before);
      refreshSide();
      return counted(before.length, 'bookmark is as it was.', 'bookmarks are as they were.');
    });
  });
}

function showChanged(bookmarks) {
  const now = new Map(bookmarks.map((bookmark) => [bookmark.id, bookmark]));
  list.items = list.items.map((item) => now.get(item.id) ?? item);
  for (const [id, bookmark] of now) if (list.selected.has(id)) list.selected.set(id, bookmark);
  redrawList();
}

/** Asks for what an action needs, and runs it. */
async function bulk(action) {
  const bookmarks = targets();
  if (bookmarks.length === 0) return;
  if (action === 'delete') return trash(bookmarks);
  if (action === 'archive') {
    const archive = state.view !== 'archived';
    return changeAll(bookmarks, { archive }, archive ? 'put into the archive' : 'taken out of the archive');
  }
  const isMove = action === 'move_to';
  const verb = { add_tags: 'Add tags to', remove_tags: 'Remove tags from', move_to: 'Move' }[action];
  byId('bulk-title').replaceChildren(`${verb} `, named(bookmarks));
  byId('bulk-tags-box').hidden = isMove;
  byId('bulk-folder-box').hidden = !isMove;
  byId('bulk-tags').required = !isMove;
  byId('bulk-tags').value = '';
  fillFolders(byId('bulk-folder'), []);
  if (!(await confirmed('bulk-dialog'))) return;
  if (isMove) return changeAll(bookmarks, { move_to: JSON.parse(byId('bulk-folder').value) }, 'moved');
  const tags = tagsOf(byId('bulk-tags').value);
  const done = action === 'add_tags' ? 'tagged' : 'without these tags';
  if (tags.length > 0) return changeAll(bookmarks, { [action]: tags }, done);
}

byId('bulk').addEventListener('click', ({ target }) => {
  const action = target.closest('[data-bulk]')?.dataset.bulk;
  if (action) bulk(action);
});
byId('bulk-restore').addEventListener('click', () => restore(selectedItems()));
byId('select-all').addEventListener('click', selectAll);
byId('select-none').addEventListener('click', selectNone);
