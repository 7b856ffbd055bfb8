// Leaves the icons out of a bookmarks file: data URIs in the ICON attributes of links, often three quarters of it.

const LESS = 0x3c, GREATER = 0x3e, EQUALS = 0x3d, SLASH = 0x2f, QUOTES = [0x22, 0x27];
const isBlank = (byte) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);

/** Whether ASCII text, given in lower case, stands at a place, whatever its case. */
function standsAt(bytes, at, text) {
  for (let i = 0; i < text.length; i++) {
    const byte = bytes[at + i];
    const lower = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
    if (lower !== text.charCodeAt(i)) return false;
  }
  return true;
}

/**
 * The parts of a file that are no icons, in their order. It works on bytes, as the file's encoding is not known here:
 * in every encoding that contains ASCII the parts are what they were. In UTF-16, icons stay.
 */
function withoutIcons(bytes) {
  const parts = [];
  let kept = 0;
  let at = 0;
  while ((at = bytes.indexOf(LESS, at)) !== -1) {
    if (standsAt(bytes, at, '<!--')) {
      at = endOfComment(bytes, at + 4);
    } else if (standsAt(bytes, at, '<a') && isBlank(bytes[at + 2])) {
      at = attributes(bytes, at + 2, (start, end) => {
        parts.push(bytes.subarray(kept, start));
        kept = end;
      });
    } else {
      at++;
    }
  }
  parts.push(bytes.subarray(kept));
  return parts;
}

function endOfComment(bytes, at) {
  while ((at = bytes.indexOf(GREATER, at)) !== -1) {
    if (standsAt(bytes, at - 2, '--')) return at;
    at++;
  }
  return bytes.length;
}

/** Reads a tag's attributes as the HTML standard does, tells where each icon begins and ends, gives the tag's end. */
function attributes(bytes, at, icon) {
  while (at < bytes.length) {
    while (isBlank(bytes[at]) || bytes[at] === SLASH) at++;
    if (bytes[at] === GREATER) return at;
    const name = at++;
    while (at < bytes.length && !isBlank(bytes[at]) && ![SLASH, GREATER, EQUALS].includes(bytes[at])) at++;
    const isIcon = at - name === 4 && standsAt(bytes, name, 'icon');
    while (isBlank(bytes[at])) at++;
    if (bytes[at] !== EQUALS) continue;
    at++;
    while (isBlank(bytes[at])) at++;
    if (!QUOTES.includes(bytes[at])) {
      while (at < bytes.length && !isBlank(bytes[at]) && bytes[at] !== GREATER) at++;
      continue;
    }
    const end = bytes.indexOf(bytes[at], at + 1);
    if (end === -1) return bytes.length;
    // A line end inside stays, and its icon with it: the lines that the import tells of are the file's.
    if (isIcon && standsAt(bytes, at + 1, 'data:') && !bytes.subarray(at, end).includes(0x0a)) icon(name, end + 1);
    at = end + 1;
  }
  return bytes.length;
}
