import assert from 'node:assert/strict';
import { test } from 'node:test';
import { script } from '../../../../../../tests/harness/scripts/script.mjs';

const { size, printable, marked } = script('shared/pages/src/parts/view.js', ['size', 'printable', 'marked'], { Intl });

test('a size is shown in the largest unit of which there is a tenth', () => {
  const shown = [0, 1, 300, 999, 1000, 1234, 99_950, 99_999, 100_000, 4_700_000, 536_870_912].map(size);
  assert.deepEqual(shown, [
    '0 bytes', '1 byte', '300 bytes', '999 bytes',
    '1 kB', '1.3 kB', '100 kB', '100 kB', '0.1 MB', '4.7 MB', '536.9 MB',
  ]);
});

test('control characters are not shown, blanks and letters of any script are', () => {
  assert.equal(printable('\u2067a\0b\x1b[2Jc\x7f\x9b\td\nשלום 🚀'), 'ab[2Jc\td\nשלום 🚀');
});

test('a text in an attribute cannot end its isolation', () => {
  assert.equal(marked('a\u202eb\u2069c\u2066d\0'), '\u2068abcd\u2069');
});
