// Taking an import out again.

function undoWords(job) {
  return job.status === 'failed'
    ? {
        short: 'Remove',
        button: 'Remove this import',
        question: 'Remove this failed import?',
        yes: 'Remove it',
      }
    : { short: 'Undo', button: 'Undo this import', question: 'Undo this import?', yes: 'Undo it' };
}

/** Undoes an import after asking, and says what became of it. */
async function undo(job) {
  const words = undoWords(job);
  const imported = counted(job.imported_count, 'bookmark', 'bookmarks');
  byId('undo-title').textContent = words.question;
  byId('undo-yes').textContent = words.yes;
  byId('undo-text').replaceChildren(...(job.status === 'failed'
    ? sentence`Nothing of ${fileName(job)} was stored, so only its entry in this list goes.`
    : sentence`What only ${fileName(job)} brought is removed, up to ${imported},
      and what it merged into other bookmarks is taken back. Other imports stay as they are.`));
  if (!(await confirmed('undo-dialog'))) return;
  complain(null);
  say('Undoing the import');
  try {
    const { value } = await call('DELETE', job.id);
    say(`${value.message}.`);
  } catch (error) {
    say('');
    if (error.status !== 404) {
      complain(error, () => undo(job));
      return;
    }
    say(`${marked(fileName(job))} had been undone already.`);
  }
  if (shown?.id === job.id) hideResult();
  await showEarlier();
  // The button that was pressed is gone.
  byId('earlier-title').focus({ preventScroll: true });
}
