// Import and export, by the functions of these names beside this one.

const isRunning = (job) => !['completed', 'failed'].includes(job.status);
const fileName = (job) => job.filename ?? 'a file';

const NOT_BESIDE = 'Import and export are not beside this page, so use their own addresses.';

/** An answer that is not these functions' own comes from an address where they are not. */
function explained(error) {
  if (error instanceof Problem && !error.isOwn && [403, 404, 405].includes(error.status)) {
    return new Problem(error.status, NOT_BESIDE);
  }
  return error;
}

async function attemptBeside(action) {
  await attempt(async () => {
    try {
      await action();
    } catch (error) {
      throw explained(error);
    }
  });
}

const showImports = (cursor = '') => attemptBeside(async () => {
  const given = new URLSearchParams({ limit: 20, ...(cursor && { cursor }) });
  const { value } = await call('GET', `${beside('import')}?${given}`);
  const rows = value.import_jobs.map(importRow);
  if (cursor) byId('earlier').append(...rows);
  else byId('earlier').replaceChildren(...rows);
  byId('no-imports').hidden = byId('earlier').children.length > 0;
  const more = byId('more-earlier');
  more.hidden = value.next_cursor === null;
  more.onclick = () => showImports(value.next_cursor);
});

function importRow(job) {
  const row = copyOf('import-row');
  row.querySelector('.title').append(outside(fileName(job)));
  row.querySelector('.summary').append(outside(summaryOf(job)));
  showJoined(row.querySelector('.hint'), [date(job.created_at)]);
  const button = row.querySelector('button');
  button.textContent = job.status === 'failed' ? 'Remove' : 'Undo';
  const when = date(job.created_at);
  button.setAttribute('aria-label', `${button.textContent} the import of ${marked(fileName(job))}, ${when}`);
  button.hidden = isRunning(job);
  button.onclick = () => undoImport(job);
  return row;
}

function summaryOf(job) {
  if (job.status === 'failed') return `Failed: ${job.error_message ?? 'no reason was given'}`;
  if (isRunning(job)) return `Importing, ${job.progress}% done`;
  const counts = [[job.imported_count, 'imported'], [job.merged_count, 'merged'],
    [job.skipped_count, 'skipped'], [job.failed_count, 'failed']];
  const there = counts.filter(([count], at) => at === 0 || count > 0);
  return there.map(([count, outcome]) => `${number(count)} ${outcome}`).join(', ');
}

async function undoImport(job) {
  const words = sentence`What only ${fileName(job)} brought goes, up to
    ${counted(job.imported_count ?? 0, 'bookmark', 'bookmarks')}. What you have edited since stays.`;
  if (!(await isSure('Undo this import?', words, 'Undo it'))) return;
  await attemptBeside(async () => {
    const { value } = await call('DELETE', beside('import') + job.id);
    toast([outside(`${value.message}.`)]);
    await showImports();
    refreshSide();
    byId('earlier-title').focus({ preventScroll: true });
  });
}

/** A file in gzip, where the browser can do that. */
async function packed(file) {
  if (!('CompressionStream' in window)) return file;
  return new Response(file.stream().pipeThrough(new CompressionStream('gzip'))).blob();
}

function showPhase(phase, fraction) {
  byId('progress').hidden = phase === '';
  if (byId('phase').textContent !== phase) byId('phase').textContent = phase;
  byId('announced').textContent = phase;
  if (Number.isNaN(fraction)) byId('bar').removeAttribute('value');
  else byId('bar').value = Math.floor(fraction * 100);
}

async function importFile(file) {
  await attemptBeside(async () => {
    try {
      showPhase('Reading the file', NaN);
      const body = await packed(file);
      const given = new URLSearchParams({ filename: file.name });
      const { value, status } = await call('POST', `${beside('import')}?${given}`, {
        body,
        headers: { 'Content-Type': 'application/octet-stream' },
        onProgress: (done) => (done < 1 ? showPhase('Uploading', done) : showPhase('Importing', NaN)),
      });
      toast(status === 200
        ? sentence`${file.name} was imported before; nothing changed.`
        : sentence`${file.name}: ${summaryOf(value.import_job)}.`);
      byId('file').value = '';
    } finally {
      showPhase('', NaN);
    }
    await showImports();
    refreshSide();
  });
}

const exportAs = (format) => attemptBeside(async () => {
  byId('announced').textContent = 'Preparing the file';
  const { text } = await call('GET', `${beside('export')}?format=${format}`, { asText: true });
  save(text, 'application/octet-stream', `bookmarks.${format}`);
  byId('announced').textContent = 'The file is saved';
});

byId('import-form').addEventListener('submit', (event) => {
  event.preventDefault();
  importFile(byId('file').files[0]);
});
byId('exports').addEventListener('click', ({ target }) => {
  const { format } = target.closest('button')?.dataset ?? {};
  if (format) exportAs(format);
});
