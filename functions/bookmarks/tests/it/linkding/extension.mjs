// The requests of linkding's browser extension against a server: every function, with what it answers.
//
// node extension.mjs FILE URL TOKEN WRONG_TOKEN, where FILE is the extension's src/linkding.js.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

const [file, baseUrl, token, wrongToken] = process.argv.slice(2);
// From its text, since Node would look for a package.json beside the file to learn that it is a module.
const module = await import(`data:text/javascript,${encodeURIComponent(await readFile(file, 'utf8'))}`);
assert.deepEqual(Object.keys(module), ['LinkdingApi']);
const { LinkdingApi } = module;

const called = new Set();
const noting = (api) =>
  new Proxy(api, { get: (object, name) => (called.add(name), object[name].bind(object)) });
const api = noting(new LinkdingApi({ baseUrl, token }));
const pick = (object, ...names) => names.map((name) => object[name]);

// As its settings, its popup and its address bar call them.
assert.equal(await api.testConnection(), true);
const profile = await api.getUserProfile();
assert.deepEqual(pick(profile, 'theme', 'enable_sharing'), ['auto', false]);
assert.ok(Array.isArray(await api.getTags()));

const url = 'https://Extension.example/a page?q=ä&x=1#part'.replace(' ', '%20');
const unknown = await api.check(url);
assert.equal(unknown.bookmark, null);
// It keeps the answer under this very text.
assert.equal(unknown.metadata.url, url);
assert.ok(unknown.auto_tags.length === 0 && 'title' in unknown.metadata && 'description' in unknown.metadata);

const form = {
  url,
  title: 'A “title” – ä',
  description: 'd',
  notes: '**n**',
  tag_names: ['extension', 'two'],
  unread: true,
  shared: false,
};
const saved = await api.saveBookmark(form, { disable_html_snapshot: true });
for (const [member, value] of Object.entries(form)) assert.deepEqual(saved[member], value, member);
assert.deepEqual(await api.getBookmark(saved.id), saved);

// The popup of a page that is there fills its form from `check`, and saves that.
const known = await api.check(url);
assert.deepEqual(known.bookmark, saved);
const again = await api.saveBookmark({ ...known.bookmark, title: 'Changed', tag_names: ['two'] });
assert.deepEqual(pick(again, 'id', 'title', 'notes'), [saved.id, 'Changed', '**n**']);
assert.deepEqual(pick(again, 'tag_names', 'unread', 'date_added'), [['two'], true, saved.date_added]);
const names = (await api.getTags()).map((tag) => tag.name);
assert.ok(names.includes('two'), names.join());
// The menu of a link sends no notes.
const wiped = await api.saveBookmark({ url, title: 'Link', tag_names: [], unread: false, shared: false });
assert.deepEqual(pick(wiped, 'id', 'title', 'notes', 'tag_names'), [saved.id, 'Link', '', []]);

const other = await api.saveBookmark({ ...form, url: 'https://extension.example/other', title: 'Other' });
const found = await api.search('#extension and other', { limit: 5 });
assert.deepEqual(found.map((bookmark) => pick(bookmark, 'url', 'title')), [[other.url, 'Other']]);
assert.equal((await api.search('extension.example', {})).length, 2);
assert.equal((await api.search('extension.example', { limit: 1 })).length, 1);

// It shows what is wrong with a field.
await assert.rejects(api.saveBookmark({ ...form, url: 'no address' }), (reason) => {
  const [, body] = /^Validation error: (.*)$/.exec(reason);
  return typeof JSON.parse(body).url[0] === 'string';
});
assert.equal(await api.deleteBookmark(saved.id), undefined);
await assert.rejects(api.getBookmark(saved.id), (reason) => reason.startsWith('Error retrieving bookmark'));
await assert.rejects(api.deleteBookmark(saved.id), (reason) => reason.startsWith('Request error'));

const functions = Object.getOwnPropertyNames(LinkdingApi.prototype).filter((name) => name !== 'constructor');
assert.ok(functions.length > 7);
assert.deepEqual([...called].sort(), functions.sort());

const stranger = new LinkdingApi({ baseUrl, token: wrongToken });
assert.equal(await stranger.testConnection(), false);
await assert.rejects(stranger.check(url), (reason) => reason.startsWith('Error checking bookmark'));
await assert.rejects(stranger.saveBookmark(form), (reason) => reason.startsWith('Request error'));
