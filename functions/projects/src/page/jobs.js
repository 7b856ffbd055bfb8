// The jobs of a project, newest first. They are asked for when a person asks, not again and again, so that
// the database can sleep.

const STATES = { pending: 'Waiting', processing: 'Running', completed: 'Completed', failed: 'Failed' };

function jobRow(job) {
  const row = copyOf('job-row');
  const state = row.querySelector('.state');
  state.append(STATES[job.status] ?? outside(job.status));
  if (job.status in STATES) state.classList.add(job.status);
  row.querySelector('.title').append(outside(job.source_url));
  const progress = row.querySelector('progress');
  progress.hidden = job.status !== 'processing';
  progress.value = job.progress;
  progress.ariaLabel = `Progress of job ${number(job.id)}`;
  const isOver = job.status === 'completed' || job.status === 'failed';
  showJoined(row.querySelector('.hint'), [
    outside(job.extraction_type),
    job.status === 'processing' ? `${number(job.progress)}%` : '',
    job.attempts > 0 ? `attempt ${number(job.attempts)} of ${number(job.max_attempts)}` : '',
    job.worker ? sentence`by ${job.worker}` : '',
    job.cost_usd === null ? '' : outside(`$${job.cost_usd.replace(/\.?0+$/, '')}`),
    isOver ? date(job.completed_at ?? job.updated_at) : `since ${date(job.created_at)}`,
  ]);
  row.querySelector('.failure').append(...(job.error_message ? [outside(job.error_message)] : []));
  return row;
}

/** Shows the first page of a project's jobs, or adds the one after a cursor. */
async function showJobs(project, cursor = '') {
  const query = new URLSearchParams({ limit: 20, ...(cursor && { cursor }) });
  const { value } = await call('GET', `${project}/jobs?${query}`);
  if (project !== shown) return;
  const rows = value.jobs.map(jobRow);
  const more = byId('more-jobs');
  const hadFocus = document.activeElement === more;
  if (cursor) byId('job-list').append(...rows);
  else byId('job-list').replaceChildren(...rows);
  byId('no-jobs').hidden = byId('job-list').children.length > 0;
  more.hidden = value.next_cursor === null;
  more.onclick = () => attempt(() => showJobs(project, value.next_cursor));
  if (hadFocus) focusOn(rows[0]);
  byId('jobs').hidden = false;
}
