// What the page shows. Whatever comes from the service or the file is set as text, never as markup.

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
const fileName = (job) => plain(job.filename ?? 'a file');
const isRunning = (job) => !['completed', 'failed'].includes(job.status);
const linkTo = (job) => `#${job.id}`;

/**
 * A text from outside: a file's or a person's. What it holds of directions ends with its element, so that it turns nothing
 * around that stands beside it.
 */
function outside(text) {
  const isolated = document.createElement('bdi');
  isolated.textContent = text ?? '';
  return isolated;
}

/** Shows texts one after another; those that are there, with dots between. */
function showJoined(element, parts) {
  const there = parts.filter((part) => (part instanceof Node ? part.textContent : part));
  element.replaceChildren(...there.flatMap((part, at) => (at ? [' · ', part] : [part])));
}

/** A text from outside for what takes only characters, such as an aria-label: without those that turn others around. */
const plain = (text) => text.replace(/[\u0000-\u001f\u007f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '');

/** A copy of a template's first element. */
function copyOf(id) {
  return byId(id).content.firstElementChild.cloneNode(true);
}

/** Says what went well, or nothing. */
function say(text) {
  byId('status').replaceChildren(outside(text));
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

/** Shows how far a phase is, from 0 to 1; a phase whose end is not known has no fraction. */
function showProgress(phase, fraction) {
  byId('progress').hidden = false;
  byId('phase').textContent = phase;
  // Read out when it changes, but not at every percent.
  if (byId('announced').textContent !== phase) byId('announced').textContent = phase;
  const percent = Math.floor(fraction * 100);
  byId('percent').textContent = Number.isNaN(percent) ? '' : `${percent}%`;
  if (Number.isNaN(percent)) byId('bar').removeAttribute('value');
  else byId('bar').value = percent;
}

function hideProgress() {
  byId('progress').hidden = true;
  byId('announced').textContent = '';
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
