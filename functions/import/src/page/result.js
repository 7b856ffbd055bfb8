// The result of one import.

let shown = null;

/** Shows a job; its first bookmarks too where they came with it. */
function showResult(job, sample = [], repeated = false) {
  shown = job;
  byId('result-title').replaceChildren(...titleOf(job, repeated));
  showJoined(byId('about'), [
    job.project_id === null ? 'no project' : outside(projectName(job.project_id)),
    job.file_size_bytes === null ? '' : size(job.file_size_bytes),
    job.duration_ms === null ? '' : `took ${numbers.format(job.duration_ms / 1000)} s`,
    date(job.completed_at ?? job.created_at),
  ]);
  const failure = job.status === 'failed' ? job.error_message ?? 'No reason was given.' : '';
  byId('failure').replaceChildren(...(failure ? [outside(failure)] : []));
  byId('counts').hidden = job.status !== 'completed';
  for (const place of byId('counts').querySelectorAll('[data-count]')) {
    place.textContent = number(job[place.dataset.count]);
  }
  byId('sample').hidden = sample.length === 0;
  byId('sample-list').replaceChildren(...sample.map(bookmarkRow));
  byId('rejections').hidden = true;
  byId('rejections-list').replaceChildren();
  byId('link').href = linkTo(job);
  byId('undo').hidden = isRunning(job);
  byId('undo').textContent = undoWords(job).button;
  byId('result').hidden = false;
  history.replaceState(null, '', linkTo(job));
  byId('refused').hidden = job.status !== 'completed' || job.skipped_count + job.failed_count === 0;
  if (job.skipped_count + job.failed_count + job.warning_count > 0) showRejections(job, '');
}

/** Saves the entries that were not stored, as a bookmarks file; requested here, since a link has no token. */
async function saveRefused(job) {
  complain(null);
  try {
    const { text } = await call('GET', `${job.id}/rejections?format=html`, { asText: true });
    save(text, 'text/html', 'not-imported.html');
  } catch (error) {
    complain(error, () => saveRefused(job));
  }
}

function titleOf(job, repeated) {
  const name = fileName(job);
  if (job.status === 'failed') return sentence`${name} was not imported`;
  if (isRunning(job)) return sentence`${name} is being imported`;
  if (repeated) return sentence`${name} was imported before; nothing changed`;
  return sentence`${counted(job.imported_count, 'bookmark', 'bookmarks')} imported from ${name}`;
}

function hideResult() {
  shown = null;
  byId('result').hidden = true;
  history.replaceState(null, '', location.pathname + location.search);
}

/** A field of a row; where the service shortened it, with a sign of that. */
const fieldOf = (row, field) => outside(row.shortened.includes(field) ? `${row[field]}…` : row[field]);

function bookmarkRow(bookmark) {
  const row = copyOf('bookmark-row');
  const title = row.querySelector('.title');
  title.append(fieldOf(bookmark, bookmark.title ? 'title' : 'url'));
  // A bookmarklet would run here, so only addresses of the web become links.
  if (/^https?:/i.test(bookmark.url) && !bookmark.shortened.includes('url')) title.href = bookmark.url;
  showJoined(row.querySelector('.hint'), [
    outside(bookmark.domain),
    joined(bookmark.folder_path.map(outside), ' › '),
    joined(bookmark.tags.map((tag) => outside(`#${tag}`)), ' '),
  ]);
  return row;
}

/** Adds a page of the entries that were skipped, that failed or that came with a warning. */
async function showRejections(job, cursor) {
  const query = new URLSearchParams({ limit: 20, ...(cursor && { cursor }) });
  let page;
  try {
    page = (await call('GET', `${job.id}/rejections?${query}`)).value;
  } catch (error) {
    complain(error, () => showRejections(job, cursor));
    return;
  }
  if (shown?.id !== job.id) return;
  const rows = page.rejections.map(rejectionRow);
  byId('rejections-list').append(...rows);
  byId('rejections').hidden = false;
  const more = byId('more-rejections');
  const hadFocus = document.activeElement === more;
  more.hidden = page.next_cursor === null;
  more.onclick = () => showRejections(job, page.next_cursor);
  if (hadFocus && rows[0]) {
    rows[0].tabIndex = -1;
    rows[0].focus();
  }
}

const OUTCOMES = { skipped: 'Skipped', failed: 'Failed', warning: 'Stored, with a warning' };

function rejectionRow(entry) {
  const row = copyOf('rejection-row');
  const [line, position] = row.querySelectorAll('.number');
  line.textContent = number(entry.line);
  // A folder, a separator and the file as a whole have none.
  position.textContent = entry.position === null ? '' : number(entry.position);
  row.querySelector('b').textContent = `${OUTCOMES[entry.outcome] ?? entry.outcome}:`;
  row.querySelector('.reason').append(outside(entry.reason));
  showJoined(row.querySelector('.hint'), [fieldOf(entry, 'title'), fieldOf(entry, 'url')]);
  return row;
}
