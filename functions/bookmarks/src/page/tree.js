// The folders and the tags beside the list, with their counts.

const TAGS = 60;
/** The folders in their order, each with its depth, and the tags. */
const side = { folders: [], tags: [], total: 0, hasArchived: true, open: new Set(), tagsShown: TAGS };

/** Reads folders and tags. The list works without them, so a failure is said and no more. */
async function loadSide() {
  try {
    const [folders, tags, archived] = await Promise.all(
      [call('GET', 'folders'), call('GET', 'tags'), listed({ view: 'archived' }, null, 1)]);
    side.folders = flatFolders(folders.value.folders);
    side.tags = tags.value.tags;
    const filed = folders.value.folders.reduce((sum, { total }) => sum + total, 0);
    side.total = filed + folders.value.unfiled;
    side.hasArchived = archived.bookmarks.length > 0;
  } catch (error) {
    complain(error, loadSide);
    return;
  }
  showFolders();
  showTags();
  if (state.view !== 'imports' && !list.done) {
    list.known = knownCount();
    drawList();
    showCount();
  }
  byId('known-tags').replaceChildren(...side.tags.slice(0, 1000).map(({ name }) => optionOf(name, '')));
}

function optionOf(value, label) {
  const option = document.createElement('option');
  option.value = value;
  option.append(label);
  return option;
}

/** Fills a list of folders to choose one from. */
function fillFolders(select, path) {
  const wanted = JSON.stringify(path ?? []);
  const options = side.folders.map((folder) => {
    const value = JSON.stringify(folder.path);
    return optionOf(value, `${'\u2003'.repeat(folder.depth)}${marked(folder.name)}`);
  });
  select.replaceChildren(optionOf('[]', 'No folder'), ...options);
  // A folder that is not in the list, as it was made meanwhile.
  if (![...select.options].some(({ value }) => value === wanted)) {
    select.append(optionOf(wanted, (path ?? []).map(marked).join(' › ')));
  }
  select.value = wanted;
}

function showFolders() {
  const isShown = (folder) => folder.parents.every((key) => side.open.has(key));
  byId('folders').replaceChildren(...side.folders.filter(isShown).map(folderRow));
  byId('no-folders').hidden = side.folders.length > 0;
  byId('change-folder').hidden = !chosenFolder();
}

function folderRow(folder) {
  const row = copyOf('folder-row');
  row.style.setProperty('--depth', folder.depth);
  const target = { ...plainState(), folder: folder.key };
  showEntry(row, folder.name, folder.count, target, state.folder === folder.key);
  const fold = row.querySelector('.fold');
  const isOpen = side.open.has(folder.key);
  fold.classList.toggle('leaf', !folder.hasChildren);
  fold.setAttribute('aria-expanded', isOpen);
  fold.setAttribute('aria-label', `Folders within ${marked(folder.name)}`);
  fold.classList.toggle('open', isOpen);
  fold.onclick = () => {
    if (isOpen) side.open.delete(folder.key);
    else side.open.add(folder.key);
    showFolders();
    byId('folders').querySelector(`[data-key="${CSS.escape(folder.key)}"] .fold`)?.focus();
  };
  row.dataset.key = folder.key;
  return row;
}

/** The view that is shown, without its filters; the trash and the imports have none. */
const plainState = () => ({ view: ['trash', 'imports'].includes(state.view) ? 'all' : state.view });

function showEntry(row, name, count, target, isChosen) {
  const link = row.querySelector('.name');
  link.append(outside(name));
  link.href = hashOf(target) || '#';
  if (isChosen) link.ariaCurrent = 'page';
  row.querySelector('.number').append(number(count));
}

function showTags() {
  const typed = byId('tag-filter').value.trim().toLocaleLowerCase();
  const found = typed ? side.tags.filter(({ name }) => name.toLocaleLowerCase().includes(typed)) : side.tags;
  byId('tags').replaceChildren(...found.slice(0, side.tagsShown).map(tagRow));
  byId('more-tags').hidden = found.length <= side.tagsShown;
  byId('no-tags').hidden = side.tags.length > 0;
  byId('tag-filter-box').hidden = side.tags.length <= 12;
}

function tagRow({ name, count }) {
  const row = copyOf('tag-row');
  showEntry(row, `#${name}`, count, { ...plainState(), tag: name }, state.tag === name);
  return row;
}

/** Opens the folders above the one that is chosen. */
function openChosen() {
  const chosen = side.folders.find(({ key }) => key === state.folder);
  for (const key of chosen?.parents ?? []) side.open.add(key);
}

byId('tag-filter').addEventListener('input', () => {
  side.tagsShown = TAGS;
  showTags();
});
byId('more-tags').addEventListener('click', () => {
  const first = side.tagsShown;
  side.tagsShown += 10 * TAGS;
  showTags();
  byId('tags').children[first]?.querySelector('a').focus();
});

/** Gives a tag another name, which may be another tag's. */
async function renameTag() {
  const from = state.tag;
  byId('rename-to').value = from;
  if (!(await confirmed('rename-dialog'))) return;
  const [to] = tagsOf(byId('rename-to').value);
  if (!to || to === from) return;
  const isMerged = side.tags.some(({ name }) => name === to);
  await attempt(async () => {
    await sendJson('POST', 'tags/rename', { from, to });
    const undo = async () => {
      await sendJson('POST', 'tags/rename', { from: to, to: from });
      go({ ...state, tag: from });
      return 'The tag has its former name.';
    };
    // Two tags that have become one cannot be told apart again.
    toast(sentence`The tag ${from} is now ${to}.`, isMerged ? null : undo);
    go({ ...state, tag: to });
  });
}
byId('rename-tag').addEventListener('click', renameTag);
