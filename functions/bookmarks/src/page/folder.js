// A folder gets another name, or another place.

const chosenFolder = () => side.folders.find(({ key }) => key === state.folder);

/** Asks for a folder's name and place, and changes what is said otherwise. */
async function changeFolder() {
  const folder = chosenFolder();
  if (!folder) return;
  const within = byId('folder-parent');
  const places = placesFor(side.folders, folder)
    .map(({ key, name, depth }) => optionOf(key, `${'\u2003'.repeat(depth + 1)}${marked(name)}`));
  within.replaceChildren(optionOf('', 'No other folder'), ...places);
  within.value = folder.parents.at(-1) ?? '';
  byId('folder-name').value = folder.name;
  if (!(await confirmed('folder-dialog'))) return;
  const form = { name: byId('folder-name').value.trim(), parent: within.value || null };
  const changes = folderChanges(folder, form);
  if (!form.name || Object.keys(changes).length === 0) return;
  const former = { name: folder.name, parent_id: folder.parents.at(-1) ?? null };
  const undoing = Object.fromEntries(Object.keys(changes).map((field) => [field, former[field]]));
  // A longer name was cut on its way here, and the cut one would be stored.
  const isWhole = folder.name.length < byId('folder-name').maxLength || !('name' in changes);
  const change = async (values) => {
    await sendJson('PATCH', `folders/${folder.key}`, values);
    // The paths in the list change as well.
    await Promise.all([loadSide(), reloadList()]);
    openChosen();
    showFolders();
    showTitle();
  };
  await attempt(async () => {
    await change(changes);
    const undo = async () => {
      await change(undoing);
      return 'The folder is as it was.';
    };
    toast(sentence`The folder ${form.name} is changed.`, isWhole ? undo : null);
  });
}
byId('change-folder').addEventListener('click', changeFolder);
