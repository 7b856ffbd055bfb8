import assert from 'node:assert/strict';
import { test } from 'node:test';
import { script } from '../../../../../../tests/harness/scripts/script.mjs';

const { isMarkup, withoutIcons } = script('functions/import/src/page/icons.js', ['isMarkup', 'withoutIcons']);

/** A file, given byte by byte as Latin-1, without its icons. */
function sent(file) {
  const parts = withoutIcons(Uint8Array.from(Buffer.from(file, 'latin1')));
  return Buffer.concat([...parts]).toString('latin1');
}

const ICON = 'ICON="data:image/png;base64,AAAA"';

const changed = {
  'an icon last': [`<A HREF="u" ${ICON}>t</A>`, '<A HREF="u" >t</A>'],
  'an icon first': [`<A ${ICON} HREF="u">t</A>`, '<A  HREF="u">t</A>'],
  'any case and blanks': ['<a\tIcOn = \'DATA:,x\'href=u>t</a>', '<a\thref=u>t</a>'],
  'two icons': [`<A ${ICON} ${ICON}>t</A>`, '<A  >t</A>'],
  'a sign of greater in a value': [`<A TITLE="a>b" ${ICON}>t</A>`, '<A TITLE="a>b" >t</A>'],
  'a comment that is closed': [`<!-- <A --><A ${ICON}>t</A>`, '<!-- <A --><A >t</A>'],
  'a comment of two signs': [`<!--><A ${ICON}>t</A>`, '<!--><A >t</A>'],
  'an end tag before': [`</p/x><A ${ICON}>t</A>`, '</p/x><A >t</A>'],
  'a lone sign of less': [`1 < 2 <3 <A ${ICON}>t</A>`, '1 < 2 <3 <A >t</A>'],
};
for (const [name, [file, expected]] of Object.entries(changed)) {
  test(`an icon goes: ${name}`, () => assert.equal(sent(file), expected));
}

const kept = {
  'nothing at all': '',
  'a file without tags': 'ICON="data:,x"',
  'an address for an icon': '<A ICON="https://example.com/i.png">t</A>',
  'another attribute': '<A ICON_URI="data:,x" MYICON="data:,x">t</A>',
  'another element': `<H3 ${ICON}>t</H3><ABBR ${ICON}>t</ABBR>`,
  'within a comment': `<!-- <A ${ICON}> -->`,
  'within another value': '<A TITLE=\'ICON="data:,x"\'>t</A>',
  'no quotation marks': '<A ICON=data:,x>t</A>',
  'a line break in the value, since lines are counted': '<A ICON="data:,x\n">t</A>',
  'an equals sign behind, which would join the names': '<A B ICON="data:,x"=1>t</A>',
  'a value without an end': '<A ICON="data:,never closed>',
  'a tag without an end': '<A HREF',
  'a sign of less at the end': '<A>t</A><',
};
for (const [name, file] of Object.entries(kept)) {
  test(`nothing goes: ${name}`, () => assert.equal(sent(file), file));
}

test('bytes that are no text stay what they are', () => {
  const characters = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte));
  const other = characters.filter((c) => c !== '<').join('');
  assert.equal(sent(`${other}<A ${ICON}>${other}</A>`), `${other}<A >${other}</A>`);
});

test('in UTF-16 icons stay, as the file would be another one', () => {
  const bytes = Uint8Array.from(Buffer.from(`<A ${ICON}>t</A>`, 'utf16le'));
  assert.deepEqual(Buffer.concat([...withoutIcons(bytes)]), Buffer.from(bytes));
});

test('the time grows with the file, whatever it repeats', () => {
  for (const piece of ['<', '<!--', '<A ', '<A ICON="data:', '<A ICON="data:,x" ', '</', '<A B=']) {
    const file = Uint8Array.from(Buffer.from(piece.repeat(400_000 / piece.length), 'latin1'));
    const begun = performance.now();
    withoutIcons(file);
    // The square of it would take minutes.
    assert.ok(performance.now() - begun < 20_000, piece);
  }
});

test('only a file that begins as HTML is searched for icons', () => {
  const begins = (text) => isMarkup(Uint8Array.from(Buffer.from(text, 'latin1')));
  for (const file of ['<!DOCTYPE NETSCAPE-Bookmark-file-1>', ' \r\n<DL>', '\xEF\xBB\xBF<DL>']) assert.ok(begins(file), file);
  for (const file of ['', ' ', '{"a": "<A>"}', '[]', 'mozLz40\0<', 'bplist00<', 'title,url\n<A>,u', '\xEF\xBB<']) {
    assert.ok(!begins(file), file);
  }
});
