// The elements of a page. Whatever comes from the service or a file is set as text, never as markup.

const byId = (id) => document.getElementById(id);

const numbers = new Intl.NumberFormat('en');
const dates = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });
const number = (value) => numbers.format(value ?? 0);
const counted = (value, one, many) => `${number(value)} ${value === 1 ? one : many}`;
const size = (bytes) => {
  if (bytes < 1e3) return counted(bytes, 'byte', 'bytes');
  if (bytes < 1e5) return `${numbers.format(Math.ceil(bytes / 100) / 10)} kB`;
  return `${numbers.format(Math.ceil(bytes / 1e5) / 10)} MB`;
};
const date = (text) => (text ? dates.format(new Date(text)) : '');

/**
 * A text without the control characters that no page shows, and without Unicode's isolates: browsers isolate
 * an element with the same characters, so one in the text would end that too early, or remove its end.
 */
const printable = (text) => text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2066-\u2069]/g, '');

/**
 * A text from outside: a file's or a person's. Its direction ends with its element, so neither its letters
 * nor its control characters reverse what stands beside it.
 */
function outside(text) {
  const isolated = document.createElement('bdi');
  isolated.textContent = printable(text ?? '');
  return isolated;
}

/** A sentence of ours with texts from outside in it, as nodes. */
const sentence = (words, ...texts) =>
  words.flatMap((word, at) => (at ? [outside(texts[at - 1]), word] : [word]));

/**
 * A text from outside for a place that takes only characters, such as an aria-label: between isolates, and
 * without the characters that reverse it.
 */
const marked = (text) => `\u2068${printable(text).replace(/[\u202a-\u202e]/g, '')}\u2069`;

/** Texts and nodes one after another, with a separator between those that are there. */
function joined(parts, separator) {
  const there = parts.filter((part) => (part instanceof Node ? part.textContent : part?.length));
  return there.flatMap((part, at) => (at ? [separator, part] : [part]).flat());
}

/** Shows texts, nodes or lists of nodes one after another; those that are there, with dots between. */
const showJoined = (element, parts) => element.replaceChildren(...joined(parts, ' · '));

/** A copy of a template's first element. */
function copyOf(id) {
  return byId(id).content.firstElementChild.cloneNode(true);
}

/** Says what went well, or nothing. */
function say(text) {
  // Without any element in it where there is nothing to say, since an empty notice is not shown.
  byId('status').replaceChildren(...(text ? [outside(text)] : []));
  if (text) byId('status').scrollIntoView({ block: 'nearest' });
}

/** Says what went wrong, or nothing; with a button for what may go well the next time. */
function complain(error, retry) {
  const box = byId('alert');
  box.replaceChildren();
  if (!error) return;
  const text = document.createElement('p');
  text.append(outside(error instanceof Problem ? error.message : `The page failed: ${error.message}`));
  box.append(text);
  if (retry && error.mayPass) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = 'Try again';
    button.onclick = () => {
      complain(null);
      retry();
    };
    box.append(button);
  }
  box.scrollIntoView({ block: 'nearest' });
}

/** Saves a text as a file of this name. */
function save(text, type, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** Opens a dialog; gives whether it was closed by its `yes`. */
function confirmed(id) {
  const dialog = byId(id);
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  });
}
