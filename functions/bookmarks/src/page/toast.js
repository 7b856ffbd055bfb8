// Short messages, each with a way back, and the actions that can be undone.

/** The actions of this page that can be undone, the newest last. */
const undoable = [];
/** How long a message stays, in milliseconds. A pointer or the focus on it keeps it. */
const TOAST = 12_000;
let hiding;

function hideToast() {
  clearTimeout(hiding);
  byId('toast').hidden = true;
}

function hideToastLater() {
  clearTimeout(hiding);
  hiding = setTimeout(() => {
    if (byId('toast').matches(':hover, :focus-within')) hideToastLater();
    else hideToast();
  }, TOAST);
}

/** Says what was done; with `undo`, what takes it back. */
function toast(parts, undo) {
  if (undo) undoable.push(undo);
  byId('toast-text').replaceChildren(...parts);
  byId('toast-undo').hidden = !undo;
  byId('toast').hidden = false;
  hideToastLater();
}

/** Takes the newest action back. If that fails, it can be tried again. */
async function undoLast() {
  const undo = undoable.pop();
  if (!undo) {
    toast(['There is nothing to undo.']);
    return;
  }
  hideToast();
  try {
    toast([await undo()]);
  } catch (error) {
    undoable.push(undo);
    complain(error, undoLast);
  }
}

byId('toast-undo').addEventListener('click', undoLast);
byId('toast-close').addEventListener('click', hideToast);
