// A script of the page, which is no module, with some of its names.

import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';

export function script(file, names, globals = {}) {
  const path = new URL(`../../../../src/page/${file}`, import.meta.url);
  return runInNewContext(`${readFileSync(path, 'utf8')}\n;({ ${names.join(', ')} })`, globals);
}
