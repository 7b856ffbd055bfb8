// An import's job, and how far it is.

const fileName = (job) => job.filename ?? 'a file';
const isRunning = (job) => !['completed', 'failed'].includes(job.status);
const linkTo = (job) => `#${job.id}`;

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
