// A save that comes after somebody else's: what has changed, and what becomes of it.

/** Shows what somebody else has changed, and lets the person decide. Nothing that was typed is lost. */
async function showConflict() {
  let now;
  try {
    now = await bookmarkOf(edited.bookmark.id);
  } catch (error) {
    complainInEditor(error);
    return;
  }
  const conflicts = conflictsOf(edited.bookmark, pendingChanges(), now.bookmark);
  byId('conflict-list').replaceChildren(...conflicts.map(conflictRow));
  byId('conflict').hidden = false;
  byId('conflict-title').focus();
  byId('keep-mine').onclick = () => {
    const changes = pendingChanges();
    edited = { bookmark: now.bookmark, etag: now.etag };
    fillForm({ ...now.bookmark, ...changes });
    byId('conflict').hidden = true;
    saveEdited();
  };
  byId('take-theirs').onclick = () => {
    const draft = formValues();
    replaceItem(now.bookmark);
    openEditor(now);
    toast(['The other version is in the form.'], async () => {
      openEditor({ ...now, draft });
      return 'What you typed is back in the form.';
    });
  };
}

function shownValue(field, value) {
  if (field === 'tags') return [...(value ?? [])].sort().join(', ');
  if (field === 'folder_path') return (value ?? []).join(' › ');
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return value ?? '';
}

function conflictRow({ field, theirs, mine, both }) {
  const row = copyOf('conflict-row');
  row.querySelector('b').textContent = both ? `${NAMES[field]}: changed by both` : NAMES[field];
  row.querySelector('.mine').append(outside(shownValue(field, mine) || '–'));
  row.querySelector('.theirs').append(outside(shownValue(field, theirs) || '–'));
  return row;
}
