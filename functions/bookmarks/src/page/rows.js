// The rows of the list: a bookmark in two lines of fixed height.

const days = new Intl.DateTimeFormat('en', { dateStyle: 'medium' });
const day = (text) => (text ? days.format(new Date(text)) : '');

/** Shows a bookmark in a row; `at` is its place from 0, `total` how many there are, -1 if nobody knows. */
function bookmarkRow(bookmark, at, total) {
  const row = copyOf('bookmark-row');
  row.setAttribute('aria-setsize', total);
  row.setAttribute('aria-posinset', at + 1);
  if (!bookmark) {
    row.classList.add('waiting');
    row.querySelector('.title').append('Loading');
    return row;
  }
  const name = marked(bookmark.title || bookmark.url);
  showAddress(row, bookmark);
  showJoined(row.querySelector('.meta'), [
    bookmark.deleted_at ? `deleted ${date(bookmark.deleted_at)}` : '',
    bookmark.unread ? badge('Unread') : '',
    bookmark.is_archived ? badge('Archived') : '',
    joined((bookmark.folder_path ?? []).map(outside), ' › '),
    joined((bookmark.tags ?? []).map(tagButton), ' '),
    bookmark.description ? outside(bookmark.description.slice(0, 200)) : '',
    day(bookmark.add_date ?? bookmark.created_at),
  ]);
  row.querySelector('.check .unseen').append(`Select ${name}`);
  row.querySelector('.edit').setAttribute('aria-label', `Edit ${marked(bookmark.title || bookmark.url)}`);
  row.querySelector('.edit').hidden = Boolean(bookmark.deleted_at);
  row.querySelector('.restore').hidden = !bookmark.deleted_at;
  return row;
}

function showAddress(row, bookmark) {
  const title = row.querySelector('.title');
  title.append(outside((bookmark.title || bookmark.url).slice(0, 300)));
  if (isLinked(bookmark.url)) {
    title.href = bookmark.url;
    title.rel = 'noopener noreferrer';
    title.target = '_blank';
  } else {
    // A bookmarklet or a file's address: it is shown, and copied from the form.
    title.classList.add('unlinked');
  }
  row.querySelector('.domain').append(outside(bookmark.domain ?? bookmark.url.slice(0, 60)));
}

function badge(text) {
  const mark = document.createElement('span');
  mark.className = 'badge';
  mark.append(text);
  return mark;
}

function tagButton(tag) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'tag';
  button.append(outside(`#${tag}`));
  button.dataset.tag = tag;
  return button;
}
