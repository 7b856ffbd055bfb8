// The page's work: it sends a file, follows its import, and shows the result.

const POLL = 1000;
/** How often in a row the service may be silent about an import whose answer was lost. */
const SILENT = 10;
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

let busy = false;

function setBusy(value) {
  busy = value;
  // Not `disabled`, which would take the focus away.
  byId('import').setAttribute('aria-disabled', value);
}

/** Imports a file, and shows the result or what went wrong. */
async function importFile(file, project) {
  if (busy) return;
  setBusy(true);
  complain(null);
  say('');
  hideResult();
  try {
    showProgress('Reading the file', NaN);
    const { value, status } = await sent(file.name, project, await prepared(file));
    showResult(value.import_job, value.bookmarks_sample, status === 200);
    byId('result-title').focus();
  } catch (error) {
    complain(error, () => importFile(file, project));
  } finally {
    hideProgress();
    setBusy(false);
  }
  await showEarlier();
}

/** Sends a file, shows its progress, and returns the answer, by another way if the first one broke. */
async function sent(name, project, body) {
  // The service finds the job under it while it runs. Browsers give one to secure pages only; others see no
  // progress.
  const key = crypto.randomUUID?.();
  const query = new URLSearchParams({ filename: name, ...(project && { project_id: project }) });
  const headers = { 'Content-Type': 'application/octet-stream', ...(key && { 'Idempotency-Key': key }) };
  const followed = { done: false };
  const onProgress = (fraction) => {
    showProgress(fraction < 1 ? 'Uploading' : 'Importing', fraction < 1 ? fraction : NaN);
    if (fraction === 1 && key) followProgress(key, followed);
  };
  try {
    return await call('POST', `?${query}`, { body, headers, onProgress });
  } catch (error) {
    if (!key || !isLost(error)) throw error;
    return { status: 201, value: { import_job: await outcomeOf(key, error), bookmarks_sample: [] } };
  } finally {
    followed.done = true;
  }
}

/** Returns whether the answer never came, so that the import may have happened all the same. */
function isLost(error) {
  return error instanceof Problem && !error.isOwn && [0, 502, 504].includes(error.status);
}

async function jobOf(key) {
  return (await call('GET', key)).value;
}

/** Shows how far an import is until it is followed no more. */
async function followProgress(key, followed) {
  if (followed.begun) return;
  followed.begun = true;
  while (!followed.done) {
    await pause(POLL);
    // There is no job yet, or no answer this time: neither changes what is shown.
    const job = await jobOf(key).catch(() => null);
    if (!followed.done && job && isRunning(job)) showProgress('Importing', job.progress / 100);
  }
}

/** The job of an import whose answer was lost, once it has ended. */
async function outcomeOf(key, error) {
  showProgress('The connection broke; looking for the import', NaN);
  for (let silent = 0; silent < SILENT; silent++, await pause(POLL)) {
    const job = await jobOf(key).catch((problem) => {
      // The file never arrived.
      if (problem.status === 404) throw error;
    });
    if (!job) continue;
    // The service reports a job that stands still as failed in the end.
    if (!isRunning(job)) return job;
    silent = 0;
    showProgress('Importing', job.progress / 100);
  }
  throw error;
}

/** Shows the job that the page's address names. */
async function showNamed() {
  const id = location.hash.slice(1);
  if (busy || !/^[0-9a-f-]{36}$/i.test(id) || id === shown?.id) return;
  complain(null);
  say('');
  try {
    const { value } = await call('GET', id);
    showResult(value);
    byId('result-title').focus();
  } catch (error) {
    hideResult();
    complain(error);
  }
}

byId('order').addEventListener('submit', (event) => {
  event.preventDefault();
  importFile(byId('file').files[0], byId('project').value);
});
byId('undo').addEventListener('click', () => undo(shown));
byId('refused').addEventListener('click', () => saveRefused(shown));
byId('forget-token').addEventListener('click', (event) => {
  sessionStorage.removeItem(TOKEN);
  event.target.hidden = true;
  say('The access token is forgotten.');
});

addEventListener('dragover', (event) => {
  event.preventDefault();
  byId('drop').classList.add('over');
});
addEventListener('dragleave', () => byId('drop').classList.remove('over'));
addEventListener('drop', (event) => {
  event.preventDefault();
  byId('drop').classList.remove('over');
  const { files } = event.dataTransfer;
  if (busy || files.length === 0) return;
  if (files.length > 1) {
    complain(new Problem(400, 'Drop one file at a time.'));
    return;
  }
  complain(null);
  byId('file').files = files;
  byId('import').focus();
});

addEventListener('hashchange', () => {
  takeHandedToken();
  showNamed();
});
addEventListener('beforeunload', (event) => {
  if (busy) event.preventDefault();
});

takeHandedToken();
byId('forget-token').hidden = !sessionStorage.getItem(TOKEN);
await loadProjects();
showEarlier();
showNamed();
