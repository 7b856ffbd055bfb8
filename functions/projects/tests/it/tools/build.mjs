// Gives a folder's tokens.json and theme.css to the tools that people use, and prints what each makes of them.
// Arguments: the folder, and the one of the format's schemas where they are there.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, defineConfig, parse } from '@terrazzo/parser';
import css from '@terrazzo/plugin-css';
import { Ajv } from 'ajv';
import StyleDictionary from 'style-dictionary';
import { compile } from 'tailwindcss';

const [folder, schemas] = process.argv.slice(2);
const read = (name) => readFileSync(join(folder, name), 'utf8');
const text = read('tokens.json');
const results = {};

/** Where the document does not follow the schemas. */
function schemaErrors() {
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  for (const name of readdirSync(schemas, { recursive: true }).filter((name) => name.endsWith('.json'))) {
    ajv.addSchema(JSON.parse(readFileSync(join(schemas, name), 'utf8')));
  }
  const validate = ajv.getSchema('https://www.designtokens.org/schemas/2025.10/format.json');
  validate(JSON.parse(text));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
}

async function terrazzo() {
  const cwd = pathToFileURL(`${folder}/`);
  const messages = [];
  const logger = Object.fromEntries(
    ['error', 'warn', 'info', 'debug'].map((level) => [
      level,
      (...entries) => level !== 'debug' && entries.forEach(({ message }) => messages.push(`${level}: ${message}`)),
    ]),
  );
  logger.count = () => ({ error: 0 });
  const config = defineConfig({ plugins: [css({ filename: 'out.css' })] }, { cwd, logger });
  const filename = new URL('tokens.json', cwd);
  const { tokens, sources, resolver } = await parse([{ filename, src: text }], { config, logger });
  const { outputFiles } = await build(tokens, { sources, resolver, config, logger });
  return { messages, css: outputFiles.map(({ contents }) => contents).join('\n') };
}

async function styleDictionary() {
  const dictionary = new StyleDictionary({
    tokens: JSON.parse(text),
    log: { verbosity: 'silent', errors: { brokenReferences: 'throw' } },
    platforms: { css: { transformGroup: 'css', files: [{ destination: 'x.css', format: 'css/variables' }] } },
  });
  const [file] = await dictionary.formatPlatform('css');
  return { css: file.output };
}

async function tailwind() {
  const sheet = readFileSync(new URL(import.meta.resolve('tailwindcss/index.css')), 'utf8');
  const loadStylesheet = async () => ({ content: sheet, base: folder, path: 'index.css' });
  const input = `@import 'tailwindcss';\n${read('theme.css')}`;
  const compiled = await compile(input, { base: folder, loadStylesheet });
  return { css: compiled.build(read('classes').split(/\s+/).filter(Boolean)) };
}

const tools = { terrazzo, styleDictionary, tailwind, ...(schemas && { schemaErrors }) };
for (const [name, tool] of Object.entries(tools)) {
  try {
    results[name] = await tool();
  } catch (error) {
    results[name] = { error: String(error.message ?? error) };
  }
}
console.log(JSON.stringify(results));
