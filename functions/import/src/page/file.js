// The part of a file that is sent, so that it fits through.

const GZIP = [0x1f, 0x8b];

/** The file without its icons, in gzip where the browser can; a file that is gzip already as it is. */
async function packed(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (GZIP.every((byte, at) => bytes[at] === byte)) return file;
  const plain = new Blob(isMarkup(bytes) ? withoutIcons(bytes) : [bytes]);
  if (!('CompressionStream' in window)) return plain;
  return new Response(plain.stream().pipeThrough(new CompressionStream('gzip'))).blob();
}

const maxUploadBytes = Number(document.querySelector('meta[name="max-upload-bytes"]').content);

/** A file that can be sent, or a problem that says why not. */
async function prepared(file) {
  let body;
  try {
    body = await packed(file);
  } catch {
    throw new Problem(400, 'The file cannot be read. Is it a folder, or was it moved since you chose it?');
  }
  if (body.size > maxUploadBytes) {
    throw new Problem(
      413,
      `${marked(file.name)} is too large: without icons and compressed it still has ${size(body.size)}, ` +
        `and this service takes ${size(maxUploadBytes)}. Export your bookmarks in parts, folder by folder, ` +
        'and import one after the other.',
    );
  }
  return body;
}
