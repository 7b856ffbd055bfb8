// Leaves the icons out of a bookmarks file: data URIs in the ICON attributes of links, often three quarters
// of it.

const LESS = 0x3c, GREATER = 0x3e, EQUALS = 0x3d, SLASH = 0x2f, QUOTES = [0x22, 0x27];
const isBlank = (byte) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
const isLetter = (byte) => (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;

/** Returns whether ASCII text, given in lower case, stands at a place, whatever its case. */
function standsAt(bytes, at, text) {
  for (let i = 0; i < text.length; i++) {
    const byte = bytes[at + i];
    if ((isLetter(byte) ? byte | 0x20 : byte) !== text.charCodeAt(i)) return false;
  }
  return true;
}

/** Where a byte comes next; the end where it does not. */
function next(bytes, byte, at) {
  const found = bytes.indexOf(byte, at);
  return found === -1 ? bytes.length : found;
}

/** Returns whether a file begins as HTML does. In JSON, tables and binary files, nothing is an icon. */
function isMarkup(bytes) {
  let at = [0xef, 0xbb, 0xbf].every((byte, i) => bytes[i] === byte) ? 3 : 0;
  while (isBlank(bytes[at])) at++;
  return bytes[at] === LESS;
}

/**
 * The parts of a file that are not icons, in their order. It works on bytes, as the file's encoding is not
 * known here: in every encoding that contains ASCII the parts are unchanged. In UTF-16, icons stay.
 */
function withoutIcons(bytes) {
  const parts = [];
  let kept = 0;
  const dropped = (start, end) => {
    parts.push(bytes.subarray(kept, start));
    kept = end;
  };
  for (let at = next(bytes, LESS, 0); at < bytes.length; at = next(bytes, LESS, at)) {
    const name = bytes[at + 1] === SLASH ? at + 2 : at + 1;
    if (isLetter(bytes[name])) at = endOfTag(bytes, name, dropped);
    else if (standsAt(bytes, at, '<!--')) at = endOfComment(bytes, at + 4);
    // A bogus comment by the HTML standard, the document's type included.
    else if ([0x21, 0x2f, 0x3f].includes(bytes[at + 1])) at = next(bytes, GREATER, at);
    else at++;
  }
  parts.push(bytes.subarray(kept));
  return parts;
}

function endOfComment(bytes, at) {
  let end = next(bytes, GREATER, at);
  while (end < bytes.length && !standsAt(bytes, end - 2, '--')) end = next(bytes, GREATER, end + 1);
  return end;
}

/** Reads a tag's attributes as the HTML standard does, and reports where each icon of a link is. */
function endOfTag(bytes, at, dropped) {
  const isLink = standsAt(bytes, at, 'a') && isBlank(bytes[at + 1]);
  while (at < bytes.length && !isBlank(bytes[at]) && bytes[at] !== SLASH && bytes[at] !== GREATER) at++;
  while (at < bytes.length) {
    while (isBlank(bytes[at]) || bytes[at] === SLASH) at++;
    if (bytes[at] === GREATER) return at;
    const name = at++;
    while (at < bytes.length && !isBlank(bytes[at]) && ![SLASH, GREATER, EQUALS].includes(bytes[at])) at++;
    const isIcon = isLink && at - name === 4 && standsAt(bytes, name, 'icon');
    while (isBlank(bytes[at])) at++;
    if (bytes[at] !== EQUALS) continue;
    at++;
    while (isBlank(bytes[at])) at++;
    if (!QUOTES.includes(bytes[at])) {
      while (at < bytes.length && !isBlank(bytes[at]) && bytes[at] !== GREATER) at++;
      continue;
    }
    const end = next(bytes, bytes[at], at + 1);
    if (isIcon && standsAt(bytes, at + 1, 'data:') && canGo(bytes, at, end)) dropped(name, end + 1);
    at = end + 1;
  }
  return bytes.length;
}

/** Returns whether the rest means the same without a value that ends there. */
function canGo(bytes, start, end) {
  // A value without an end is none. The lines that the import tells of are the file's. And an equals sign
  // would take the name before for its own.
  return end < bytes.length && !bytes.subarray(start, end).includes(0x0a) && bytes[end + 1] !== EQUALS;
}
