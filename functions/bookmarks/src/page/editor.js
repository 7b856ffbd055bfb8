// The form of a bookmark. What somebody has typed stays until it is saved, or thrown away on purpose.

/** The bookmark in the form as it was read, and its version; a new one has no id. */
let edited = null;
let editedTags = [];
let saving = false;

/** Opens the form with a bookmark of the list, as it is now. */
async function edit(item) {
  if (!item || item.deleted_at) return;
  await attempt(async () => {
    const { bookmark, etag } = await bookmarkOf(item.id);
    openEditor({ bookmark, etag });
  });
}

/** Opens the form for a new bookmark. */
function addBookmark(given = {}) {
  const path = side.folders.find(({ key }) => key === state.folder)?.path ?? [];
  const fresh = { url: '', title: '', description: '', notes: '', folder_path: path, unread: false };
  openEditor({ bookmark: { ...fresh, tags: state.tag ? [state.tag] : [], ...given } });
}

function openEditor({ bookmark, etag, draft }) {
  edited = { bookmark, etag };
  const isNew = !bookmark.id;
  byId('editor-title').textContent = isNew ? 'Add a bookmark' : 'Edit bookmark';
  byId('editor-save').textContent = isNew ? 'Add' : 'Save';
  byId('editor-delete').hidden = isNew;
  byId('edit-archived-label').hidden = isNew;
  byId('conflict').hidden = true;
  complainInEditor(null);
  fillForm(draft ?? bookmark);
  showSuggested(bookmark);
  showJoined(byId('editor-facts'), isNew ? [] : [
    `added ${date(bookmark.add_date ?? bookmark.created_at)}`,
    bookmark.updated_at ? `changed ${date(bookmark.updated_at)}` : '',
    bookmark.number ? `number ${bookmark.number}` : '',
    (bookmark.further_folders ?? []).length
      ? counted(bookmark.further_folders.length, 'further folder', 'further folders') : '',
  ]);
  if (!byId('editor').open) byId('editor').showModal();
  byId(isNew && !bookmark.url ? 'edit-url' : 'edit-title').focus();
}

function fillForm(bookmark) {
  byId('edit-url').value = bookmark.url ?? '';
  byId('edit-title').value = bookmark.title ?? '';
  byId('edit-description').value = bookmark.description ?? '';
  byId('edit-notes').value = bookmark.notes ?? '';
  byId('edit-unread').checked = Boolean(bookmark.unread);
  byId('edit-archived').checked = Boolean(bookmark.is_archived);
  byId('edit-tag').value = '';
  byId('edit-subfolder').value = '';
  for (const field of ['url', 'title', 'description', 'notes']) {
    byId(`edit-${field}`).disabled = (edited.bookmark.shortened ?? []).includes(field);
  }
  fillFolders(byId('edit-folder'), bookmark.folder_path);
  editedTags = [...(bookmark.tags ?? [])];
  showEditedTags();
}

/** The values of the form. */
function formValues() {
  const folder = JSON.parse(byId('edit-folder').value);
  const subfolder = byId('edit-subfolder').value.trim();
  return {
    url: byId('edit-url').value.trim(),
    title: byId('edit-title').value.trim(),
    description: byId('edit-description').value,
    notes: byId('edit-notes').value,
    tags: [...new Set([...editedTags, ...tagsOf(byId('edit-tag').value)])],
    folder_path: subfolder ? [...folder, subfolder] : folder,
    unread: byId('edit-unread').checked,
    is_archived: byId('edit-archived').checked,
  };
}

const pendingChanges = () => changesOf(edited.bookmark, formValues());

function showEditedTags() {
  byId('edit-tags').replaceChildren(...editedTags.map((tag) => {
    const chip = copyOf('chip-row');
    chip.querySelector('.name').append(outside(tag));
    const remove = chip.querySelector('button');
    remove.setAttribute('aria-label', `Remove the tag ${marked(tag)}`);
    remove.onclick = () => {
      editedTags = editedTags.filter((other) => other !== tag);
      showEditedTags();
      byId('edit-tag').focus();
    };
    return chip;
  }));
}

function takeTags(text) {
  editedTags = [...new Set([...editedTags, ...tagsOf(text)])];
  showEditedTags();
}

function showSuggested(bookmark) {
  const tags = (bookmark.suggested_tags ?? []).filter((tag) => !bookmark.tags.includes(tag));
  byId('suggested').hidden = tags.length === 0;
  byId('suggested-list').replaceChildren(...tags.map((tag) => {
    const button = tagButton(tag);
    button.onclick = () => {
      takeTags(tag);
      button.remove();
    };
    return button;
  }));
}

/** Says within the dialog what went wrong, as the page behind it cannot be read meanwhile. */
function complainInEditor(error) {
  byId('editor-alert').replaceChildren(...(error ? [outside(error.message)] : []));
}

/** Saves the form. A failure leaves it open with all that was typed. */
async function saveEdited() {
  if (saving) return;
  saving = true;
  byId('editor-save').setAttribute('aria-disabled', 'true');
  complainInEditor(null);
  try {
    await (edited.bookmark.id ? saveChanges() : saveNew());
  } catch (error) {
    if (error.status === 412) await showConflict();
    else complainInEditor(error);
  } finally {
    saving = false;
    byId('editor-save').setAttribute('aria-disabled', 'false');
  }
}

async function saveChanges() {
  const before = edited.bookmark;
  const changes = pendingChanges();
  if (Object.keys(changes).length > 0) {
    const { bookmark, etag } = await patched(before.id, changes, edited.etag);
    replaceItem(bookmark);
    toast(sentence`Saved ${bookmark.title || bookmark.url}.`, async () => {
      const former = await patched(bookmark.id, formerOf(before, changes), etag);
      replaceItem(former.bookmark);
      refreshSide();
      return 'The former version is back.';
    });
    refreshSide();
  }
  closeEditor();
}

async function saveNew() {
  const form = formValues();
  const given = Object.entries(form).filter(([, value]) => (Array.isArray(value) ? value.length : value));
  const { value: bookmark, status } = await created(Object.fromEntries(given));
  closeEditor();
  await reloadList();
  refreshSide();
  if (status === 200) {
    toast(sentence`${bookmark.title || bookmark.url} was here before, and has what you typed.`);
  } else {
    toast(sentence`Added ${bookmark.title || bookmark.url}.`, async () => {
      await trashed(bookmark.id);
      removeItems([bookmark.id]);
      refreshSide();
      return 'The new bookmark is in the trash.';
    });
  }
}

/** Closes the form; what was typed and not saved can be had back. */
function leaveEditor() {
  const draft = formValues();
  const { bookmark, etag } = edited;
  const isDirty = Object.keys(pendingChanges()).length > 0;
  closeEditor();
  if (isDirty) {
    toast(['Closed without saving.'], async () => {
      openEditor({ bookmark, etag, draft });
      return 'What you typed is back in the form.';
    });
  }
}

function closeEditor() {
  byId('editor').close();
  if (list.active >= 0) list.rows.get(list.active)?.focus({ preventScroll: true });
}

byId('editor').addEventListener('cancel', (event) => {
  event.preventDefault();
  leaveEditor();
});
byId('editor-form').addEventListener('submit', (event) => {
  event.preventDefault();
  saveEdited();
});
byId('editor-close').addEventListener('click', leaveEditor);
byId('editor-cancel').addEventListener('click', leaveEditor);
byId('editor-delete').addEventListener('click', () => {
  const { bookmark } = edited;
  closeEditor();
  trash([bookmark]);
});
byId('edit-tag').addEventListener('keydown', (event) => {
  if (event.isComposing) return;
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) return;
  if ((event.key === 'Enter' && event.target.value.trim()) || event.key === ',') {
    event.preventDefault();
    takeTags(event.target.value);
    event.target.value = '';
  } else if (event.key === 'Backspace' && !event.target.value) {
    editedTags.pop();
    showEditedTags();
  }
});
byId('editor').addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) saveEdited();
});
addEventListener('beforeunload', (event) => {
  if (byId('editor').open && Object.keys(pendingChanges()).length > 0) event.preventDefault();
});
