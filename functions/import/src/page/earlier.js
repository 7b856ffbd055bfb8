// The imports so far, newest first.

/** While an import runs elsewhere, its row is as old as this at most, in milliseconds. */
const REFRESH = 2000;
let refreshing;

/** Shows the first page again, or adds the one after a cursor. */
async function showEarlier(cursor = '') {
  clearTimeout(refreshing);
  const query = new URLSearchParams({ limit: 20, ...(cursor && { cursor }) });
  let page;
  try {
    page = (await call('GET', `?${query}`)).value;
  } catch (error) {
    complain(error, () => showEarlier(cursor));
    return;
  }
  const jobs = page.import_jobs;
  const rows = jobs.map(jobRow);
  if (cursor) byId('earlier').append(...rows);
  else byId('earlier').replaceChildren(...rows);
  byId('none').hidden = byId('earlier').children.length > 0;
  const more = byId('more-earlier');
  const hadFocus = document.activeElement === more;
  more.hidden = page.next_cursor === null;
  more.onclick = () => showEarlier(page.next_cursor);
  if (hadFocus && cursor) rows[0]?.querySelector('a').focus();
  if (!cursor && jobs.some(isRunning)) refreshing = setTimeout(showEarlier, REFRESH);
}

function jobRow(job) {
  const row = copyOf('job-row');
  const name = row.querySelector('.title');
  name.append(outside(fileName(job)));
  name.href = linkTo(job);
  row.querySelector('.summary').append(outside(summaryOf(job)));
  const project = job.project_id === null ? '' : outside(projectName(job.project_id));
  showJoined(row.querySelector('.hint'), [date(job.created_at), project]);
  const button = row.querySelector('button');
  const words = undoWords(job);
  button.textContent = words.short;
  const when = date(job.created_at);
  button.setAttribute('aria-label', `${words.short} the import of ${marked(fileName(job))}, ${when}`);
  button.hidden = isRunning(job);
  button.onclick = () => undo(job);
  return row;
}

function summaryOf(job) {
  if (job.status === 'failed') return `Failed: ${job.error_message ?? 'no reason was given'}`;
  if (isRunning(job)) return `Importing, ${job.progress}% done`;
  const counts = [
    [job.imported_count, 'imported'],
    [job.merged_count, 'merged'],
    [job.skipped_count, 'skipped'],
    [job.failed_count, 'failed'],
  ];
  const shown = counts.filter(([count], at) => at === 0 || count > 0);
  return shown.map(([count, what]) => `${number(count)} ${what}`).join(', ');
}
