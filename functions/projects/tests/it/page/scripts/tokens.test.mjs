import assert from 'node:assert/strict';
import { test } from 'node:test';
import { script } from '../../../../../../tests/harness/scripts/script.mjs';

const names = ['isPlain', 'isLength', 'luminanceOf', 'inkOn'];
const { isPlain, isLength, luminanceOf, inkOn } = script('functions/projects/src/page/tokens.js', names, {
  Intl,
  byId: () => null,
});

test('the ink is the one that is read best, over white where the color is not opaque', () => {
  for (const [hex, name, ratio] of [
    ['#ffffff', 'black', 21],
    ['#000000', 'white', 21],
    ['#777777', 'black', 4.69],
    ['#757575', 'white', 4.61],
    ['#ff0000', 'black', 5.25],
    ['#0000ff', 'white', 8.59],
    ['#00000000', 'black', 21],
    ['#00000080', 'black', 5.24],
  ]) {
    const ink = inkOn(hex);
    assert.equal(ink.name, name, hex);
    assert.ok(Math.abs(ink.ratio - ratio) < 0.02, `${hex}: ${ink.ratio}`);
  }
});

test('what is no color in digits has no ink', () => {
  for (const text of ['', 'red', '#fff', '#12345g', '#1234567', 'url(#123456)', null]) {
    assert.equal(luminanceOf(text), null, text);
    assert.equal(inkOn(text), null, text);
  }
});

test('only values that load nothing and end nothing are set', () => {
  for (const css of [
    '#4ba3f7', 'oklch(70% 0.15 250 / 0.5)', 'rgb(none 40% 90%)', 'color(display-p3 1 0 0)', '1px dashed #ff0000',
    'inset 0px 1px 2px -1px #000000, 0px 8px 0.5rem 0px hsl(210 50% 40%)', '#4ba3f7 0%, #000000 100%',
  ]) {
    assert.ok(isPlain(css), css);
  }
  for (const css of [
    '', 'url(x)', 'URL(x)', 'image-set("x")', 'red; color: blue', 'red}', '"x"', "'x'", 'var(--x)', 'a\\62 c', '@import x',
  ]) {
    assert.ok(!isPlain(css), css);
  }
});

test('a length is a number of pixels or rem', () => {
  assert.ok(isLength({ value: -1.5, unit: 'rem' }));
  for (const value of [{ value: '1', unit: 'px' }, { value: NaN, unit: 'px' }, { value: 1, unit: 'px;' }]) {
    assert.ok(!isLength(value));
  }
});
