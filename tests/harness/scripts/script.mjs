// A script of a page, which is no module, with some of its names. Its path begins at the project.

import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';

export function script(file, names, globals = {}) {
  const path = new URL(`../../../${file}`, import.meta.url);
  return runInNewContext(`${readFileSync(path, 'utf8')}\n;({ ${names.join(', ')} })`, globals);
}
