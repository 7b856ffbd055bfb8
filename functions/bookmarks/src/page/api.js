// The requests of the page.

/** The most bookmarks that one request lists or changes. */
const MOST = 1000;
const jsonHeaders = { 'Content-Type': 'application/json' };

const sendJson = (method, path, value, headers = {}) =>
  call(method, path, { body: JSON.stringify(value), headers: { ...jsonHeaders, ...headers } });

/** A part of the list of a state: `bookmarks`, and `next_cursor` where there are more. */
async function listed(state, cursor, limit, signal) {
  const given = paramsOf(state);
  given.set('limit', limit);
  if (cursor) given.set('cursor', cursor);
  return (await call('GET', `${state.view === 'trash' ? 'trash' : ''}?${given}`, { signal })).value;
}

/** A bookmark as it is now, with its version. */
async function bookmarkOf(id) {
  const { value, etag } = await call('GET', id);
  return { bookmark: value, etag };
}

/** Changes a bookmark that is still in this version. */
async function patched(id, changes, etag) {
  const { value, etag: now } = await sendJson('PATCH', id, changes, etag ? { 'If-Match': etag } : {});
  return { bookmark: value, etag: now };
}

const created = (bookmark) => sendJson('POST', '', bookmark);
const trashed = (id) => call('DELETE', id);
const restored = async (id) => (await call('POST', `trash/${id}/restore`)).value;

/** Changes many bookmarks, so many at a time. */
async function changedInBulk(ids, change) {
  for (const some of chunksOf(ids, MOST)) await sendJson('POST', 'bulk', { ids: some, do: change });
}

/** Restores bookmarks from the trash, a few at the same time. */
async function restoredAll(ids) {
  for (const some of chunksOf(ids, 6)) await Promise.all(some.map(restored));
}

/** The page stands beside the functions import and export, as it does locally and behind one host. */
const beside = (name) => new URL(`../${name}/`, root).pathname;
