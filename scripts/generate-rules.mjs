// @ts-check
// Makes from the folders of packages/core/src/rules what lists them: the registry, the pages under docs/rules, the pages that
// `shortfuse explain` prints, and the rules in the schema of the configuration file. With --check nothing is written: it fails
// where something is not current.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { root, say, tool } from './run.mjs';

const rulesFolder = 'packages/core/src/rules';
const pagesFolder = 'docs/rules';
const schemaFile = 'packages/cli/schemas/config.schema.json';

/**
 * @typedef {{ id: string, title: string, severity: string, why: string, sources: string[], isFixable?: boolean,
 *   options?: Record<string, { kind: 'duration', description: string }> }} Rule
 */

/**
 * Writes what is not current. Tells which files those are, by their path below the repository.
 * @param {{ readonly isCheck: boolean }} options
 */
export async function generateRules({ isCheck }) {
  const ids = readdirSync(join(root, rulesFolder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
  const outdated = [];
  /** @type {(path: string, unformatted: string) => void} */
  const put = (path, unformatted) => {
    const file = join(root, path);
    const text =
      /[.](?:ts|json)$/.test(path) && !path.includes('.generated.') ? formatted(path, unformatted) : unformatted;
    if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
    outdated.push(path);
    if (isCheck) return;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  put(`${rulesFolder}/index.ts`, registryOf(ids));
  const rules = await loadRules(ids);
  const pages = rules.map((rule) => ({ rule, text: pageOf(rule) }));
  for (const { rule, text } of pages) put(`${pagesFolder}/${rule.id}.md`, text);
  put(`${pagesFolder}/README.md`, overviewOf(rules));
  put('packages/cli/src/lint/rule-pages.generated.ts', pagesModuleOf(pages));
  put(schemaFile, schemaWith(rules));
  const names = new Set([...ids.map((id) => `${id}.md`), 'README.md']);
  for (const name of existsSync(join(root, pagesFolder)) ? readdirSync(join(root, pagesFolder)) : [])
    if (!names.has(name)) {
      outdated.push(`${pagesFolder}/${name}`);
      if (!isCheck) rmSync(join(root, pagesFolder, name));
    }
  return outdated;
}

/** @param {readonly string[]} ids */
function registryOf(ids) {
  return [
    '// Made by scripts/generate-rules.mjs from the folders beside it.',
    "import type { Rule } from '../lint/rule.js';",
    ...ids.map((id) => `import { ${variableOf(id)} } from './${id}/rule.js';`),
    '',
    '/** Every rule, by id. */',
    'export const rules: readonly Rule[] = [',
    ...ids.map((id) => `  ${variableOf(id)},`),
    '];',
    '',
  ].join('\n');
}

/** @param {string} id */
function variableOf(id) {
  return id.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
}

/**
 * The rules themselves, from their sources.
 * @param {readonly string[]} ids
 * @returns {Promise<Rule[]>}
 */
async function loadRules(ids) {
  const { outputFiles } = await build({
    stdin: {
      contents: ids.map((id) => `export { ${variableOf(id)} } from './${id}/rule.ts';`).join('\n'),
      resolveDir: join(root, rulesFolder),
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    logLevel: 'warning',
  });
  const [file] = outputFiles;
  const module = await import(`data:text/javascript;base64,${Buffer.from(file?.text ?? '').toString('base64')}`);
  return ids.map((id) => {
    const rule = module[variableOf(id)];
    if (rule?.id !== id) throw new Error(`${rulesFolder}/${id}/rule.ts has to export ${variableOf(id)} with that id`);
    return rule;
  });
}

/**
 * What a rule says of itself, then what its folder's README shows.
 * @param {Rule} rule
 */
function pageOf(rule) {
  const readme = readFileSync(join(root, rulesFolder, rule.id, 'README.md'), 'utf8').trim();
  const options = Object.entries(rule.options ?? {});
  return [
    `# ${rule.id}`,
    `${rule.title}.`,
    wrapped(rule.why),
    [`- by default: ${rule.severity}`, rule.isFixable ? '- `shortfuse patch` mends it' : '']
      .filter((line) => line !== '')
      .join('\n'),
    ...(options.length > 0
      ? [
          '## Options',
          options.map(([name, { description }]) => `- \`${name}\`, a duration: ${description}`).join('\n'),
          '```jsonc\n' +
            `{ "rules": { "${rule.id}": ["${rule.severity}", { "${options[0]?.[0]}": "30s" }] } }\n` +
            '```',
        ]
      : []),
    readme,
    '## Sources',
    rule.sources.map((source) => `- ${source}`).join('\n'),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
}

/** @param {readonly Rule[]} rules */
function overviewOf(rules) {
  return `${[
    '# Rules of `shortfuse lint`',
    'Made by `scripts/generate-rules.mjs`. `shortfuse explain RULE` prints the same pages.',
    [
      '| rule | by default | finds | mended by `patch` |',
      '|---|---|---|---|',
      ...rules.map(
        ({ id, title, severity, isFixable }) =>
          `| [${id}](${id}.md) | ${severity} | ${title[0]?.toLowerCase()}${title.slice(1)} | ${isFixable ? 'yes' : ''} |`,
      ),
    ].join('\n'),
  ].join('\n\n')}\n`;
}

/** @param {readonly { readonly rule: Rule, readonly text: string }[]} pages */
function pagesModuleOf(pages) {
  return [
    '// Made by scripts/generate-rules.mjs. What `shortfuse explain` prints of each rule.',
    'export const rulePages: Readonly<Record<string, { readonly title: string; readonly page: string }>> = {',
    ...pages.map(
      ({ rule, text }) =>
        `  ${JSON.stringify(rule.id)}: { title: ${JSON.stringify(rule.title)}, page: ${JSON.stringify(text)} },`,
    ),
    '};',
    '',
  ].join('\n');
}

/**
 * The schema of the configuration file with these rules in it. Its other lines stay as somebody wrote them.
 * @param {readonly Rule[]} rules
 */
function schemaWith(rules) {
  const text = readFileSync(join(root, schemaFile), 'utf8');
  const lines = rules.map(({ id, title, options = {} }) => {
    const names = Object.keys(options);
    const type =
      names.length === 0
        ? '"$ref": "#/$defs/rule"'
        : `"anyOf": [{ "$ref": "#/$defs/level" }, { "type": "array", "minItems": 1, "maxItems": 2, "prefixItems": [{ "$ref": "#/$defs/level" }, { "type": "object", "additionalProperties": false, "properties": { ${names.map((name) => `${JSON.stringify(name)}: { "description": ${JSON.stringify(options[name]?.description)}, "$ref": "#/$defs/duration" }`).join(', ')} } }], "items": false }]`;
    return `        ${JSON.stringify(id)}: { "description": ${JSON.stringify(title)}, ${type} }`;
  });
  const begin = /("rules": \{\n[\s\S]*?"properties": \{\n)[\s\S]*?\n {6}\}\n {4}\},/;
  if (!begin.test(text)) throw new Error(`${schemaFile} has no place for the rules`);
  return text.replace(begin, (_, head) => `${head}${lines.join(',\n')}\n      }\n    },`);
}

/**
 * As the formatter of the project writes it.
 * @param {string} path
 * @param {string} text
 */
function formatted(path, text) {
  const biome = tool('@biomejs/biome/bin/biome');
  return execFileSync(process.execPath, [biome, 'format', `--stdin-file-path=${path}`], {
    cwd: root,
    input: text,
    encoding: 'utf8',
  });
}

/** @param {string} text */
function wrapped(text) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + word.length >= 100) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join('\n');
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const isCheck = process.argv.includes('--check');
  const outdated = await generateRules({ isCheck });
  for (const path of outdated) say(`${isCheck ? 'not current' : 'written'}: ${path}`);
  if (isCheck && outdated.length > 0) {
    say(`run node ${fileURLToPath(import.meta.url).slice(root.length + 1)}`);
    process.exitCode = 1;
  }
}
