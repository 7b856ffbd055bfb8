// The page's work: it lets people choose a project, and shows that.

/** The number of the project that is shown. */
let shown = null;

/** Does what asks the service, and says what went wrong. */
async function attempt(work) {
  complain(null);
  try {
    await work();
  } catch (error) {
    complain(error, () => attempt(work));
  }
}

/** Fills the list of projects. Those of one name are told apart by their numbers. */
async function loadProjects() {
  const { value } = await call('GET', '');
  const names = value.projects.map(({ name }) => name);
  const options = value.projects.map(({ id, name }) => {
    const isAlone = names.indexOf(name) === names.lastIndexOf(name);
    // An option is found by its first letter as it is typed, so isolates stand where they must alone.
    const label = /^[\x20-\x7e]*$/.test(name) ? name : marked(name);
    return optionOf(id, isAlone ? label : `${label} (${id})`);
  });
  const select = byId('project');
  select.replaceChildren(select.options[0], ...options);
  select.disabled = options.length === 0;
  byId('more-projects').hidden = !value.more;
  byId('no-projects').hidden = options.length > 0;
}

function optionOf(id, label) {
  const option = document.createElement('option');
  option.value = id;
  option.append(label);
  return option;
}

/** Chooses the project that the page's address names, or the only one. */
async function showNamed() {
  const asked = location.hash.slice(1);
  const select = byId('project');
  const ids = [...select.options].map((option) => option.value).filter(Boolean);
  const id = /^\d{1,10}$/.test(asked) ? String(Number(asked)) : ids.length === 1 ? ids[0] : '';
  // Beyond the first thousand, a project is chosen by its number in the address.
  if (id && !ids.includes(id)) select.append(optionOf(id, `project ${id}`));
  select.value = id;
  await showProject(id);
}

function hideProject() {
  shown = null;
  for (const section of [byId('about'), byId('tokens'), byId('jobs')]) section.hidden = true;
}

/** Shows a project with its tokens and its jobs, each as soon as it is there. */
async function showProject(id) {
  hideProject();
  if (!id) return;
  shown = id;
  byId('announced').replaceChildren('Loading the project');
  const parts = [aboutProject(id), tokensOf(id), showJobs(id)];
  const results = await Promise.allSettled(parts);
  if (id !== shown) return;
  byId('announced').replaceChildren();
  const failed = results.find(({ status }) => status === 'rejected');
  if (failed) throw failed.reason;
  byId('announced').replaceChildren('The project is shown');
}

async function aboutProject(id) {
  const { value: project } = await call('GET', id);
  if (id !== shown) return;
  byId('name').replaceChildren(outside(project.name));
  byId('description').replaceChildren(...(project.description ? [outside(project.description)] : []));
  showJoined(byId('facts'), [
    `project ${number(project.id)}`,
    counted(project.bookmarks, 'bookmark', 'bookmarks'),
    counted(project.extraction_jobs, 'job', 'jobs'),
    `made ${date(project.created_at)}`,
    `changed ${date(project.updated_at)}`,
  ]);
  byId('about').hidden = false;
}

async function tokensOf(id) {
  const { value } = await call('GET', `${id}/tokens?format=json`);
  if (id === shown) showTokens(value.tokens);
}

/** Saves the tokens of the project in a format; requested here, since a link has no token. */
async function download(format, name) {
  const { text } = await call('GET', `${shown}/tokens?format=${format}`, { asText: true });
  save(text, 'text/plain', name);
}

byId('project').addEventListener('change', ({ target }) => {
  history.pushState(null, '', target.value ? `#${target.value}` : location.pathname + location.search);
  attempt(() => showProject(target.value));
});
byId('choice').addEventListener('submit', (event) => event.preventDefault());
byId('reload').addEventListener('click', () => attempt(load));
byId('downloads').addEventListener('click', ({ target }) => {
  if (target.dataset.format) attempt(() => download(target.dataset.format, target.dataset.file));
});
byId('forget-token').addEventListener('click', ({ target }) => {
  sessionStorage.removeItem(TOKEN);
  target.hidden = true;
  say('The access token is forgotten.');
});

async function load() {
  await loadProjects();
  await showNamed();
}

addEventListener('hashchange', () => {
  takeHandedToken();
  attempt(showNamed);
});

takeHandedToken();
byId('forget-token').hidden = !sessionStorage.getItem(TOKEN);
attempt(load);
