import assert from 'node:assert/strict';
import { test } from 'node:test';
import { script } from '../../../../../../tests/harness/scripts/script.mjs';

const names = ['stateOf', 'hashOf', 'paramsOf', 'isLinked', 'tagsOf', 'drawnRange', 'changesOf', 'formerOf',
  'conflictsOf', 'chunksOf', 'inverseOf', 'changed', 'sharedOf', 'flatFolders', 'placesFor',
  'folderChanges'];
const page = script('functions/bookmarks/src/page/state.js', names, { URLSearchParams });
/** A value without the other context's prototypes. */
const plain = (value) => JSON.parse(JSON.stringify(value));

const bookmark = (id, more = {}) =>
  ({ id, title: 't', url: 'u', tags: [], folder_path: [], unread: false, is_archived: false, ...more });

test('a state and its address say the same', () => {
  for (const hash of ['', '#view=trash', '#q=a+%26+b', '#view=archived&tag=%23x', '#folder=%D7%A9%2Fa&sort=title']) {
    assert.equal(page.hashOf(page.stateOf(hash)), hash);
  }
  assert.deepEqual(plain(page.stateOf('#view=constructor&other=1&q=')), { view: 'all' });
});

test('each view asks for its own bookmarks, and the trash for all', () => {
  const asked = (hash) => page.paramsOf(page.stateOf(hash)).toString();
  assert.equal(asked(''), 'archived=false');
  assert.equal(asked('#view=unread&q=x'), 'archived=false&unread=true&q=x');
  assert.equal(asked('#view=archived&tag=a'), 'archived=true&tag=a');
  assert.equal(asked('#view=trash&q=x'), '');
});

test('only addresses of the web are links', () => {
  for (const address of ['http://a/', 'HTTPS://a/']) assert.ok(page.isLinked(address), address);
  for (const address of ['javascript:alert(1)', ' https://a/', 'data:text/html,x', 'file:///etc', 'httpsx:', '', null]) {
    assert.ok(!page.isLinked(address), address);
  }
});

test('tags are parted by commas, without their signs, each once', () => {
  assert.deepEqual(plain(page.tagsOf(' a, #b,a,, two words ,#')), ['a', 'b', 'two words']);
});

test('the rows in sight are drawn, with a margin, and none that are not there', () => {
  assert.deepEqual(plain(page.drawnRange(0, 640, 64, 100_000, 8)), { first: 0, last: 18 });
  assert.deepEqual(plain(page.drawnRange(64_000, 640, 64, 100_000, 8)), { first: 992, last: 1018 });
  assert.deepEqual(plain(page.drawnRange(6_399_360, 640, 64, 100_000, 8)), { first: 99_982, last: 100_000 });
  assert.deepEqual(plain(page.drawnRange(5_000, 640, 64, 3, 8)), { first: 3, last: 3 });
  assert.deepEqual(plain(page.drawnRange(0, 640, 64, 0, 8)), { first: 0, last: 0 });
});

test('only what differs is changed: an absent text is an empty one, tags have no order', () => {
  const before = bookmark(1, { description: null, tags: ['a', 'b'], folder_path: ['x', 'y'] });
  const same = { title: 't', url: 'u', description: '', notes: '', tags: ['b', 'a'], folder_path: ['x', 'y'] };
  assert.deepEqual(plain(page.changesOf(before, { ...same, unread: false })), {});
  const form = { ...same, title: '', tags: ['a'], folder_path: ['x/y'], unread: true };
  const changes = plain(page.changesOf(before, form));
  assert.deepEqual(changes, { title: '', tags: ['a'], folder_path: ['x/y'], unread: true });
  assert.deepEqual(plain(page.formerOf(before, changes)),
    { title: 't', tags: ['a', 'b'], folder_path: ['x', 'y'], unread: false });
});

test('a conflict shows each field that somebody else has changed, and which both have', () => {
  const base = bookmark(1, { notes: 'old', tags: ['a'] });
  const now = { ...base, title: 'theirs', notes: 'new', tags: ['a', 'b'] };
  const conflicts = plain(page.conflictsOf(base, { title: 'mine', tags: ['b', 'a'] }, now));
  assert.deepEqual(conflicts, [
    { field: 'title', theirs: 'theirs', mine: 'mine', both: true },
    { field: 'notes', theirs: 'new', mine: 'old', both: false },
    { field: 'tags', theirs: ['a', 'b'], mine: ['b', 'a'], both: false },
  ]);
});

test('undoing a bulk change leaves each bookmark as it was', () => {
  const before = [
    bookmark(1, { tags: ['a'], folder_path: ['x'], is_archived: true }),
    bookmark(2, { tags: ['a', 'b'], folder_path: [], unread: true }),
    bookmark(3, { folder_path: ['x'] }),
  ];
  for (const change of [
    { add_tags: ['a', 'c'] }, { remove_tags: ['a', 'b'] }, { move_to: ['x'] }, { move_to: [] }, { archive: true },
    { archive: false }, { unread: true }, { add_tags: ['b'], move_to: ['new', 'one'], archive: true },
  ]) {
    let now = before.map((one) => page.changed(one, change));
    for (const { ids, do: undo } of page.inverseOf(change, before)) {
      now = now.map((one) => (ids.includes(one.id) ? page.changed(one, undo) : one));
    }
    assert.deepEqual(plain(now), before, JSON.stringify(change));
  }
});

test('what is shared is an address, wherever it stands', () => {
  assert.equal(page.sharedOf(''), null);
  assert.equal(page.sharedOf('?title=x&text=nothing'), null);
  assert.deepEqual(plain(page.sharedOf('?url=https%3A%2F%2Fa%2F&title=A')), { url: 'https://a/', title: 'A', description: '' });
  assert.deepEqual(plain(page.sharedOf('?title=A&text=look%20https%3A%2F%2Fa%2F%3Fx')),
    { url: 'https://a/?x', title: 'A', description: 'look' });
});

test('many ids go in parts', () => {
  assert.deepEqual(plain(page.chunksOf([1, 2, 3, 4, 5], 2)), [[1, 2], [3, 4], [5]]);
  assert.deepEqual(plain(page.chunksOf([], 2)), []);
});

test('a field that was shortened on its way is not sent back', () => {
  const before = bookmark(1, { shortened: ['notes'], notes: 'the beg' });
  assert.deepEqual(plain(page.changesOf(before, { notes: '', title: 'new' })), { title: 'new' });
});

test('a tree of folders is a list in its order, with the ids above each', () => {
  const tree = [{ id: '1', name: 'a', total: 2, children: [{ id: '2', name: 'b/c', total: 1 }] }, { id: '3', name: 'd' }];
  const flat = plain(page.flatFolders(tree));
  assert.deepEqual(flat.map(({ key, path, depth, parents, hasChildren }) => [key, path, depth, parents, hasChildren]), [
    ['1', ['a'], 0, [], true], ['2', ['a', 'b/c'], 1, ['1'], false], ['3', ['d'], 0, [], false],
  ]);
});

test('a folder moves anywhere in its project but into itself', () => {
  const tree = [
    { id: '1', name: 'a', children: [{ id: '2', name: 'b', children: [{ id: '3', name: 'c' }] }] },
    { id: '4', name: 'd' }, { id: '5', name: 'e', project_id: 7 },
  ];
  const flat = page.flatFolders(tree);
  const places = (key) => plain(page.placesFor(flat, flat.find((folder) => folder.key === key)).map((f) => f.key));
  assert.deepEqual(places('1'), ['4']);
  assert.deepEqual(places('2'), ['1', '4']);
  assert.deepEqual(places('5'), []);
  const changes = (key, form) => plain(page.folderChanges(flat.find((folder) => folder.key === key), form));
  assert.deepEqual(changes('2', { name: 'b', parent: '1' }), {});
  assert.deepEqual(changes('2', { name: 'x', parent: null }), { name: 'x', parent_id: null });
  assert.deepEqual(changes('4', { name: 'd', parent: '2' }), { parent_id: '2' });
});
