// The projects to import into, by their names.

const projects = new Map();

/** A project's name; its number where the name is not known. */
const projectName = (id) => projects.get(id) ?? `project ${id}`;

/** Fills the list of projects, and chooses the one that the page's address names. */
async function loadProjects() {
  try {
    const { value } = await call('GET', 'projects');
    const names = value.projects.map(({ name }) => name);
    for (const { id, name } of value.projects) {
      const isAlone = names.indexOf(name) === names.lastIndexOf(name);
      projects.set(id, isAlone ? name : `${name} (${id})`);
    }
    byId('more-projects').hidden = !value.more;
  } catch (error) {
    complain(error, loadProjects);
  }
  const asked = new URLSearchParams(location.search).get('project_id');
  // Beyond the first thousand, a project is chosen by its number in the address.
  if (/^\d{1,10}$/.test(asked ?? '') && !projects.has(Number(asked))) {
    projects.set(Number(asked), `project ${asked}`);
  }
  const options = [...projects].map(([id, name]) => {
    const option = document.createElement('option');
    option.value = id;
    option.textContent = marked(name);
    option.selected = String(id) === asked;
    return option;
  });
  byId('project').replaceChildren(byId('project').options[0], ...options);
}
