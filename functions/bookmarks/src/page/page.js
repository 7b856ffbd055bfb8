// The page's work: it shows the state that its address names, and keeps what is shared with it.

let state = stateOf('');

/** Runs something whose failure is said, with a button that runs it again. */
async function attempt(action) {
  complain(null);
  try {
    await action();
  } catch (error) {
    complain(error, () => attempt(action));
  }
}

/** Goes to a state, which the address keeps. */
function go(target) {
  history.pushState(null, '', hashOf(target) || location.pathname + location.search);
  show();
}

const TITLES = {
  all: 'All bookmarks', unread: 'Unread', archived: 'Archived', trash: 'Trash', imports: 'Import and export',
};

/** What the list is of, as nodes. */
function titleOf({ view, q, folder, tag, domain }) {
  const name = side.folders.find(({ key }) => key === folder)?.name ?? folder;
  const parts = [
    folder ? outside(name) : '',
    tag ? outside(`#${tag}`) : '',
    domain ? outside(domain) : '',
    q ? sentence`“${q}”` : '',
  ].filter(Boolean);
  if (view !== 'all' || parts.length === 0) parts.unshift(TITLES[view]);
  return joined(parts, ' · ');
}

/** Shows what the address names. */
async function show() {
  state = stateOf(location.hash);
  const isList = state.view !== 'imports';
  byId('scroller').hidden = !isList;
  byId('imports').hidden = isList;
  byId('count').hidden = !isList;
  byId('list-tools').hidden = !isList;
  byId('sort').hidden = state.view === 'trash';
  byId('empty-trash').hidden = state.view !== 'trash';
  byId('rename-tag').hidden = !state.tag;
  if (document.activeElement !== byId('q')) byId('q').value = state.q ?? '';
  byId('sort').value = state.sort ?? '';
  openChosen();
  showFolders();
  showTags();
  for (const link of byId('views').querySelectorAll('a')) {
    const isShown = link.dataset.view === state.view && !state.folder && !state.tag;
    link.ariaCurrent = isShown ? 'page' : null;
  }
  showTitle();
  showSide(false);
  if (isList) await reloadList();
  else await showImports();
}

function showTitle() {
  byId('title').replaceChildren(...titleOf(state));
}

/** How many bookmarks a list has, as the counts beside it say; archived ones are counted there too. */
function knownCount() {
  if (state.view !== 'all' || state.q || state.domain || state.project_id) return null;
  if (state.folder && state.tag) return null;
  if (state.folder) return side.folders.find(({ key }) => key === state.folder)?.count ?? null;
  if (state.tag) return side.tags.find(({ name }) => name === state.tag)?.count ?? null;
  return side.total || null;
}

async function reloadList() {
  byId('empty').hidden = true;
  await startList(knownCount());
  showSelection();
}

const EMPTY = {
  trash: 'The trash is empty.', unread: 'Nothing is left to read.', archived: 'The archive is empty.',
};

function showCount() {
  const length = list.done ? list.items.length : list.known ?? list.items.length;
  const isExact = list.done || (list.known !== null && !side.hasArchived);
  const about = isExact || list.known === null ? '' : 'about ';
  const more = isExact || about ? '' : '+';
  const count = `${about}${number(length)}${more} ${length === 1 ? 'bookmark' : 'bookmarks'}`;
  const isEmpty = list.done && length === 0;
  const corrected = list.corrected.length > 0 ? sentence`for “${list.corrected.join(' ')}”` : '';
  const ranked = list.isRankedInPart ? '(of the 1,000 stored last, the best come first)' : '';
  byId('count').replaceChildren(...joined(isEmpty ? [] : [count, corrected, ranked], ' '));
  if (byId('announced').textContent !== count) {
    byId('announced').textContent = isEmpty ? 'Nothing found' : count;
  }
  byId('empty').hidden = !isEmpty;
  const isFiltered = FILTERS.some((name) => name !== 'sort' && state[name]);
  byId('empty-text').textContent = isFiltered
    ? 'Nothing is found here.'
    : EMPTY[state.view] ?? 'There are no bookmarks yet. Add one, or import those of your browser.';
  byId('empty-actions').hidden = isFiltered || state.view !== 'all';
}

let refreshing;
/** Reads the counts beside the list again, once for several changes. */
function refreshSide() {
  clearTimeout(refreshing);
  refreshing = setTimeout(loadSide, 300);
}

/** Asks before something that cannot be undone. */
function isSure(question, words, yes) {
  byId('sure-title').textContent = question;
  byId('sure-text').replaceChildren(...words);
  byId('sure-yes').textContent = yes;
  return confirmed('sure-dialog');
}

async function emptyTrash() {
  const words = ['What is in it is gone then, and cannot be had back.'];
  if (!(await isSure('Empty the trash?', words, 'Empty it'))) return;
  await attempt(async () => {
    await call('DELETE', 'trash');
    undoable.length = 0;
    toast(['The trash is empty.']);
    await reloadList();
    byId('title').focus();
  });
}

const narrow = matchMedia('(max-width: 50rem)');
const isSideOpen = () => document.body.classList.contains('side-open');

/** On a narrow page, shows views, folders and tags over the list, or hides them. */
function showSide(isShown) {
  const was = isSideOpen();
  document.body.classList.toggle('side-open', isShown);
  byId('open-side').ariaExpanded = String(isShown);
  byId('main').inert = isShown;
  byId('side').inert = narrow.matches && !isShown;
  if (isShown) byId('views').querySelector('a').focus();
  else if (was) byId('open-side').focus();
}
narrow.addEventListener('change', () => showSide(false));

/** How long nobody types before a search begins, in milliseconds. */
const DEBOUNCE = 150;
let typing;
byId('q').addEventListener('input', ({ target }) => {
  clearTimeout(typing);
  typing = setTimeout(() => {
    const searched = { ...state, ...plainState(), q: target.value.trim() };
    history.replaceState(null, '', hashOf(searched) || location.pathname + location.search);
    show();
  }, DEBOUNCE);
});
byId('search').addEventListener('submit', (event) => {
  event.preventDefault();
  activate(0);
});
byId('sort').addEventListener('change', ({ target }) => go({ ...state, sort: target.value }));
byId('add').addEventListener('click', () => addBookmark());
byId('open-help').addEventListener('click', () => byId('help').showModal());
byId('open-side').addEventListener('click', () => showSide(!isSideOpen()));
byId('empty-trash').addEventListener('click', emptyTrash);
byId('side').addEventListener('click', ({ target }) => {
  const link = target.closest('a');
  // The same address again shows what is new.
  if (link && link.hash === location.hash) show();
});
byId('forget-token').addEventListener('click', ({ target }) => {
  sessionStorage.removeItem(TOKEN);
  target.hidden = true;
  toast(['The access token is forgotten.']);
});

/** A link that adds the page on which it is pressed, and where the page can be installed. */
function offerAdding() {
  const here = JSON.stringify(`${root.href}?url=`);
  const code = `open(${here}+encodeURIComponent(location.href)+'&title='+encodeURIComponent(document.title))`;
  byId('bookmarklet').href = `javascript:void ${encodeURIComponent(code)}`;
  byId('bookmarklet').addEventListener('click', (event) => {
    event.preventDefault();
    toast(['Drag this link to your bookmarks bar.']);
  });
  const manifest = document.createElement('link');
  manifest.rel = 'manifest';
  manifest.href = new URL('manifest.webmanifest', root);
  document.head.append(manifest);
  byId('import-page').href = beside('import');
}

/** Opens the form with what was shared, and takes it out of the address. */
function takeShared() {
  const shared = sharedOf(location.search);
  if (!shared) return;
  history.replaceState(null, '', location.pathname + location.hash);
  addBookmark(shared);
}

addEventListener('hashchange', () => {
  takeHandedToken();
  show();
});
addEventListener('popstate', () => show());

takeHandedToken();
byId('forget-token').hidden = !sessionStorage.getItem(TOKEN);
offerAdding();
narrow.dispatchEvent(new Event('change'));
await Promise.all([show(), loadSide()]);
openChosen();
showFolders();
showTitle();
takeShared();
