// The state of the page as values, and what follows from them. Nothing here touches the document.

/** The views of the page, and the parameters of their lists. */
const VIEWS = {
  all: { archived: 'false' },
  unread: { archived: 'false', unread: 'true' },
  archived: { archived: 'true' },
  trash: {},
  imports: {},
};
const FILTERS = ['q', 'folder', 'tag', 'domain', 'project_id', 'sort'];

/** The state that an address names behind its #: a view, and filters where they are set. */
function stateOf(hash) {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  const view = Object.hasOwn(VIEWS, given.get('view') ?? '') ? given.get('view') : 'all';
  const filters = FILTERS.flatMap((name) => (given.get(name) ? [[name, given.get(name)]] : []));
  return { view, ...Object.fromEntries(filters) };
}

/** The address of a state, which `stateOf` reads; empty where nothing is chosen. */
function hashOf(state) {
  const given = new URLSearchParams();
  if (state.view !== 'all') given.set('view', state.view);
  for (const name of FILTERS) if (state[name]) given.set(name, state[name]);
  return given.size ? `#${given}` : '';
}

/** The parameters of the requests for a state's list. */
function paramsOf(state) {
  const given = new URLSearchParams(VIEWS[state.view]);
  if (state.view !== 'trash') for (const name of FILTERS) if (state[name]) given.set(name, state[name]);
  return given;
}

/** A bookmarklet would run here, so only addresses of the web become links. */
const isLinked = (address) => /^https?:/i.test(address ?? '');

/** The tags in a text, parted by commas; each once. */
function tagsOf(text) {
  const tags = text.split(',').map((tag) => tag.trim().replace(/^#/, '').trim());
  return [...new Set(tags.filter(Boolean))];
}

/** The rows of a list that are drawn: those in sight, and as many more on each side as `margin`. */
function drawnRange(top, height, rowHeight, count, margin) {
  const first = Math.max(0, Math.floor(top / rowHeight) - margin);
  const last = Math.min(count, Math.ceil((top + height) / rowHeight) + margin);
  return { first: Math.min(first, last), last };
}

/** The fields of a bookmark that a person edits. */
const FIELDS = ['title', 'url', 'description', 'notes', 'tags', 'folder_path', 'unread', 'is_archived'];
const NAMES = {
  title: 'Title',
  url: 'Address',
  description: 'Description',
  notes: 'Notes',
  tags: 'Tags',
  folder_path: 'Folder',
  unread: 'Unread',
  is_archived: 'Archived',
};

/** A field as it is compared: an absent text is an empty one, and tags have no order. */
function comparable(field, value) {
  if (field === 'tags') return JSON.stringify([...(value ?? [])].sort());
  if (field === 'folder_path') return JSON.stringify(value ?? []);
  if (field === 'unread' || field === 'is_archived') return Boolean(value);
  return value ?? '';
}

/** Returns whether two bookmarks have the same value in a field. */
const areSame = (field, one, other) => comparable(field, one[field]) === comparable(field, other[field]);

/** The fields of a bookmark that a form changes, with their new values. */
function changesOf(before, form) {
  // What was shortened on its way here would be stored as it is shown.
  const isWhole = (field) => !(before.shortened ?? []).includes(field);
  const changed = FIELDS.filter((field) => field in form && isWhole(field) && !areSame(field, before, form));
  return Object.fromEntries(changed.map((field) => [field, form[field]]));
}

/** The values that a bookmark had before some changes. */
const formerOf = (before, changes) =>
  Object.fromEntries(Object.keys(changes).map((field) => [field, before[field] ?? '']));

/**
 * The fields that somebody else has changed since a bookmark was read; `both` says that the person has
 * changed them too, to something else.
 */
function conflictsOf(base, changes, now) {
  return FIELDS.filter((field) => !areSame(field, base, now)).map((field) => ({
    field,
    theirs: now[field],
    mine: field in changes ? changes[field] : base[field],
    both: field in changes && !areSame(field, changes, now),
  }));
}

/** A part of a list at a time. */
function chunksOf(values, length) {
  const count = Math.ceil(values.length / length);
  return Array.from({ length: count }, (_, at) => values.slice(at * length, (at + 1) * length));
}

/** Ids by the value of a function of their bookmarks. */
function grouped(bookmarks, keyOf) {
  const groups = new Map();
  for (const bookmark of bookmarks) {
    const key = keyOf(bookmark);
    groups.set(key, [...(groups.get(key) ?? []), bookmark.id]);
  }
  return groups;
}

/** The bulk changes that take one back, by the bookmarks as they were before it. */
function inverseOf(change, before) {
  const inverse = [];
  const add = (ids, undo) => ids.length && inverse.push({ ids, do: undo });
  const idsWhere = (test) => before.filter(test).map(({ id }) => id);
  for (const tag of change.add_tags ?? []) {
    add(idsWhere(({ tags }) => !tags.includes(tag)), { remove_tags: [tag] });
  }
  for (const tag of change.remove_tags ?? []) {
    add(idsWhere(({ tags }) => tags.includes(tag)), { add_tags: [tag] });
  }
  for (const flag of ['archive', 'unread']) {
    if (!(flag in change)) continue;
    const field = flag === 'archive' ? 'is_archived' : 'unread';
    add(idsWhere((bookmark) => bookmark[field] !== change[flag]), { [flag]: !change[flag] });
  }
  if ('move_to' in change) {
    const target = JSON.stringify(change.move_to);
    for (const [path, ids] of grouped(before, ({ folder_path }) => JSON.stringify(folder_path))) {
      if (path !== target) add(ids, { move_to: JSON.parse(path) });
    }
  }
  return inverse;
}

/** A bookmark as a bulk change leaves it. */
function changed(bookmark, change) {
  const removed = change.remove_tags ?? [];
  const left = bookmark.tags.filter((tag) => !removed.includes(tag));
  const tags = [...new Set([...left, ...(change.add_tags ?? [])])];
  return {
    ...bookmark,
    tags,
    ...('move_to' in change && { folder_path: change.move_to }),
    ...('archive' in change && { is_archived: change.archive }),
    ...('unread' in change && { unread: change.unread }),
  };
}

/** What a site or a program hands over to be kept; an address may stand within the text. */
function sharedOf(search) {
  const given = new URLSearchParams(search);
  const text = given.get('text') ?? '';
  const url = (given.get('url') || text.match(/https?:[^\s]+/i)?.[0]) ?? '';
  if (!url) return null;
  const description = text.replace(url, '').trim();
  return { url, title: given.get('title') ?? '', description };
}

/** The folders of a tree in their order: each with its path, its depth, and the ids of those above it. */
function flatFolders(tree, parents = [], path = []) {
  return tree.flatMap((node) => {
    const { id, name, total, project_id: projectId = null, children = [] } = node;
    const folder =
      { key: id, name, count: total, path: [...path, name], depth: path.length, parents, projectId };
    const below = flatFolders(children, [...parents, id], folder.path);
    return [{ ...folder, hasChildren: children.length > 0 }, ...below];
  });
}

/** The folders that another one can be moved into: those of its project that are not within it. */
const placesFor = (folders, folder) => folders.filter(
  ({ key, parents, projectId }) =>
    projectId === folder.projectId && key !== folder.key && !parents.includes(folder.key));

/** What makes a folder as a form says it; nothing where that is what it is. */
function folderChanges(folder, { name, parent }) {
  return {
    ...(name !== folder.name && { name }),
    ...(parent !== (folder.parents.at(-1) ?? null) && { parent_id: parent }),
  };
}
