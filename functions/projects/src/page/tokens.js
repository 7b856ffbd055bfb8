// Design tokens as they look: swatches, bars, samples. The service has found what each stands for. It comes
// as CSS, of which only single properties are set, and none that could load anything.

/** Values of CSS that are numbers, names and functions of them. */
const isPlain = (css) => /^[-+\w\s.,%()#/]+$/.test(css) && !/url|image|var/i.test(css);
const isLength = ({ value, unit }) => Number.isFinite(value) && ['px', 'rem'].includes(unit);

/** The luminance of a color in sRGB over white, as WCAG 2.2 defines it; of another text none. */
function luminanceOf(hex) {
  if (!/^#([\da-f]{6}|[\da-f]{8})$/i.test(hex)) return null;
  const channel = (at) => parseInt(hex.slice(at, at + 2), 16) / 255;
  const alpha = hex.length > 7 ? channel(7) : 1;
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const value = channel(at) * alpha + 1 - alpha;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The ink that is read best on a color, black or white, and the ratio of their contrast. */
function inkOn(hex) {
  const luminance = luminanceOf(hex);
  if (luminance === null) return null;
  const inks = [
    { ink: '#000', name: 'black', ratio: (luminance + 0.05) / 0.05 },
    { ink: '#fff', name: 'white', ratio: 1.05 / (luminance + 0.05) },
  ];
  return inks[0].ratio >= inks[1].ratio ? inks[0] : inks[1];
}

const ratios = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const percents = new Intl.NumberFormat('en', { style: 'percent' });

/** Shows a token's name, and that it is not to be used any more. */
function showName(row, token) {
  const title = row.querySelector('.title');
  title.append(outside(token.path));
  title.classList.toggle('struck', token.deprecated !== false);
}

/** Shows what else there is to say of a token. */
function showNotes(row, token, ...more) {
  const ours = token.extensions?.['org.branchline'] ?? {};
  showJoined(row.querySelector('.hint'), [
    ...more,
    token.alias === null ? '' : sentence`refers to ${token.alias}`,
    token.deprecated === true ? 'deprecated' : '',
    typeof token.deprecated === 'string' ? sentence`deprecated: ${token.deprecated}` : '',
    ours.role ? outside(ours.role) : '',
    ours.confidence === undefined ? '' : `${percents.format(ours.confidence)} sure`,
    token.description ? outside(token.description) : '',
  ]);
}

function colorRow(token) {
  const row = copyOf('color-row');
  const tint = row.querySelector('.tint');
  const contrast = inkOn(token.hex);
  if (contrast) {
    // A browser that does not know the color's space keeps the first one.
    tint.style.setProperty('background-color', token.hex);
    tint.style.setProperty('color', contrast.ink);
  }
  if (isPlain(token.css)) tint.style.setProperty('background-color', token.css);
  row.querySelector('code').append(outside(token.css));
  showName(row, token);
  showNotes(row, token, contrast ? `${contrast.name} text ${ratios.format(contrast.ratio)} : 1` : '');
  return row;
}

function spacingRow(token) {
  const row = copyOf('spacing-row');
  const bar = row.querySelector('.bar');
  if (isLength(token.value)) {
    bar.style.setProperty('width', `${Math.abs(token.value.value)}${token.value.unit}`);
    bar.classList.toggle('negative', token.value.value < 0);
  }
  row.querySelector('code').append(outside(token.css));
  showName(row, token);
  showNotes(row, token);
  return row;
}

/** The properties of a typography. */
const TYPE = ['font-family', 'font-size', 'font-weight', 'letter-spacing', 'line-height'];

function typographyRow(token) {
  const row = copyOf('typography-row');
  const sample = row.querySelector('.sample');
  for (const property of TYPE) sample.style.setProperty(property, token.css[property]);
  showName(row, token);
  const [family, size, weight, spacing, height] = TYPE.map((property) => token.css[property]);
  showNotes(row, token, outside(family), outside(`${size} / ${height}`), sentence`weight ${weight}`,
    sentence`spacing ${spacing}`);
  return row;
}

/** How a token of another type is drawn: a property, and its value. */
const DRAWN = {
  border: (css) => ['border', css],
  shadow: (css) => ['box-shadow', css],
  gradient: (css) => ['background-image', `linear-gradient(to right, ${css})`],
};

function otherRow(token) {
  const row = copyOf('other-row');
  const drawn = DRAWN[token.type];
  if (drawn && isPlain(token.css)) {
    const box = row.querySelector('.drawn');
    box.hidden = false;
    box.style.setProperty(...drawn(token.css));
  }
  row.querySelector('code').append(outside(token.css));
  showName(row, token);
  showNotes(row, token, outside(token.type));
  return row;
}

/** The parts of the page, by the types of tokens that they show; the last one shows all other types. */
const PARTS = [
  ['color', byId('colors'), byId('color-list'), byId('more-colors'), colorRow],
  ['dimension', byId('spacing'), byId('spacing-list'), byId('more-spacing'), spacingRow],
  ['typography', byId('typography'), byId('typography-list'), byId('more-typography'), typographyRow],
  [null, byId('others'), byId('other-list'), byId('more-others'), otherRow],
];
const TYPES = PARTS.map(([type]) => type);

/** Shows the tokens of a project by their types. */
function showTokens(tokens) {
  for (const [own, part, list, more, rowOf] of PARTS) {
    const items = tokens.filter(({ type }) => (TYPES.includes(type) ? type === own : own === null));
    part.hidden = items.length === 0;
    part.querySelector('h3 .hint').textContent = number(items.length);
    fill(list, more, items, rowOf);
  }
  byId('no-tokens').hidden = tokens.length > 0;
  byId('downloads').hidden = tokens.length === 0;
  byId('tokens').hidden = false;
}
