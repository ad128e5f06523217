import { isAlias, isMap, isScalar, isSeq, type Node, parseAllDocuments, type YAMLMap } from 'yaml';
import { factsOfWrite, type RegistryFact, type Word } from './registry.js';
import { pairAt, rewriteOfInstance, rewriteOfTask } from './yaml-slots.js';

/** What was found, and why nothing was where the text is no YAML. */
export interface YamlResult {
  readonly facts: readonly RegistryFact[];
  readonly fault?: { readonly message: string; readonly start: number };
}

/**
 * Ansible playbooks and roles (`ansible.windows.win_regedit`), and documents of DSC v3 in YAML or JSON
 * (`Microsoft.Windows/Registry`, and the Registry resources of DSC 1.1 through an adapter). Sources: win_regedit.py of
 * ansible.windows, the reference of Microsoft.Windows/Registry.
 */
export function readYaml(text: string): YamlResult {
  const facts: RegistryFact[] = [];
  const deep = tooDeepAt(text);
  if (deep !== undefined) return { facts, fault: { message: 'collections are nested too deeply', start: deep } };
  try {
    const documents = parseAllDocuments(text, {
      logLevel: 'silent',
      uniqueKeys: false,
      merge: true,
      prettyErrors: false,
    });
    if (!Array.isArray(documents)) return { facts };
    for (const document of documents) {
      const [error] = document.errors;
      if (error)
        return { facts: [], fault: { message: error.message.split('\n')[0] ?? 'no YAML', start: error.pos[0] } };
      for (const { map, condition } of mapsIn(document.contents)) facts.push(...factsOfMap(text, map, condition));
    }
  } catch (error) {
    return {
      facts: [],
      fault: { message: error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'it cannot be read', start: 0 },
    };
  }
  return { facts: facts.sort((a, b) => a.span.start - b.span.start) };
}

/** Far more than anybody writes, and far less than what the library, which calls itself for each level, has room for. */
const mostBrackets = 300;
const mostColumns = 400;

/**
 * Where nesting could exhaust the stack; that would end the process and not just throw. Brackets are counted wherever they
 * stand, and every level of a block takes a column, so this may refuse a strange file that is sound, but lets no deep one pass.
 */
function tooDeepAt(text: string): number | undefined {
  let brackets = 0;
  let lineStart = 0;
  let isIndent = true;
  // `a: b: c:` is no YAML, but the library goes down a level for each before it says so.
  let colons = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (char === '[' || char === '{') brackets++;
    else if ((char === ']' || char === '}') && brackets > 0) brackets--;
    else if (char === ':' && brackets === 0 && /[ \t]/.test(text.charAt(i + 1))) colons++;
    if (brackets > mostBrackets || colons > mostBrackets) return i;
    if (char === '\n' || char === '\r') {
      lineStart = i + 1;
      colons = 0;
      isIndent = true;
    } else if (isIndent && char !== ' ' && char !== '\t' && char !== '-' && char !== '?' && char !== ':') {
      if (i - lineStart > mostColumns) return i;
      isIndent = false;
    }
  }
  return isIndent && text.length - lineStart > mostColumns ? lineStart : undefined;
}

interface Found {
  readonly map: YAMLMap;
  readonly condition: string | undefined;
}

/** Every mapping with what `when` says of it and of the blocks around it. */
function* mapsIn(contents: Node | null): Generator<Found> {
  const waiting: { readonly node: unknown; readonly condition: string | undefined }[] = [
    { node: contents, condition: undefined },
  ];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { node } = next;
    if (isAlias(node)) continue;
    if (isSeq(node)) for (const item of node.items) waiting.push({ node: item, condition: next.condition });
    if (!isMap(node)) continue;
    const when = wordAt(node, 'when');
    const condition = when || valueAt(node, 'when') ? `"when: ${when?.text ?? '…'}" decides` : next.condition;
    yield { map: node, condition };
    for (const { value } of node.items) waiting.push({ node: value, condition });
  }
}

function factsOfMap(text: string, map: YAMLMap, condition: string | undefined): RegistryFact[] {
  const name = wordAt(map, 'name')?.text;
  const within = name === undefined ? [] : [name];
  for (const module of ['ansible.windows.win_regedit', 'win_regedit']) {
    const parameters = valueAt(map, module);
    if (isMap(parameters)) return factsOfTask(text, parameters, within, condition);
    if (isScalar(parameters) && typeof parameters.value === 'string' && /servercachetime/i.test(parameters.value)) {
      const why = 'the parameters are written as one text, which is not read';
      return [{ value: 'ServerCacheTime', effect: { kind: 'unknown', why }, span: spanOf(parameters) }];
    }
  }
  const type = wordAt(map, 'type')?.text.toLowerCase();
  const properties = valueAt(map, 'properties');
  if (!isMap(properties)) return [];
  if (type === 'microsoft.windows/registry') return factsOfInstance(text, properties, map, within, condition);
  if (/^(?:psdscresources|psdesiredstateconfiguration|xpsdesiredstateconfiguration)\/x?registry$/.test(type ?? ''))
    return factsOfResource(text, properties, within, condition);
  return [];
}

const taskNames = {
  ...{ data: ['data'], type: ['type', 'datatype'], state: ['state'] },
  ...{ present: 'present', dword: 'dword', isHex: false },
};
const resourceNames = {
  ...{ data: ['ValueData'], type: ['ValueType'], state: ['Ensure'] },
  ...{ present: 'Present', dword: 'Dword' },
};

/** Without `name`, `state: absent` deletes the key unless `delete_key` forbids it. */
function factsOfTask(
  text: string,
  parameters: YAMLMap,
  within: readonly string[],
  condition: string | undefined,
): RegistryFact[] {
  const path = wordAt(parameters, 'path', 'key');
  if (!path) return [];
  const name = wordAt(parameters, 'name', 'entry', 'value');
  const data = wordAt(parameters, 'data');
  const type = wordAt(parameters, 'type', 'datatype');
  const state = wordAt(parameters, 'state');
  const isAbsent = state?.text.toLowerCase() === 'absent';
  if (isAbsent && !name && /^(?:false|no)$/i.test(wordAt(parameters, 'delete_key')?.text ?? '')) return [];
  return factsOfWrite({
    path,
    name,
    action: isAbsent ? 'delete' : 'set',
    ...(data ? { data } : {}),
    ...(type ? { type: type.text } : {}),
    base: 'number',
    defaultType: 'REG_SZ',
    span: state && isAbsent ? state.span : spanOf(parameters),
    statement: spanOf(parameters),
    within,
    rewrite: (from) => rewriteOfTask(text, parameters, from, taskNames),
    ...(condition === undefined ? {} : { condition }),
  });
}

function factsOfInstance(
  text: string,
  properties: YAMLMap,
  instance: YAMLMap,
  within: readonly string[],
  condition: string | undefined,
): RegistryFact[] {
  const path = wordAt(properties, 'keyPath');
  if (!path) return [];
  const name = wordAt(properties, 'valueName');
  const exists = wordAt(properties, '_exist');
  const isAbsent = exists?.text.toLowerCase() === 'false';
  const valueData = valueAt(properties, 'valueData');
  const pair = isMap(valueData) ? valueData.items[0] : undefined;
  const type = pair && isScalar(pair.key) ? String(pair.key.value) : undefined;
  const data = pair && isScalar(pair.value) ? wordOf(pair.value) : undefined;
  const when = valueAt(instance, 'condition') ? 'its "condition" decides' : condition;
  return factsOfWrite({
    path,
    name,
    action: isAbsent ? 'delete' : 'set',
    ...(data ? { data } : {}),
    ...(type === undefined ? {} : { type }),
    base: 'number',
    defaultType: 'REG_NONE',
    span: exists && isAbsent ? exists.span : spanOf(properties),
    statement: spanOf(properties),
    within,
    rewrite: (from) => rewriteOfInstance(text, properties, from),
    ...(when === undefined ? {} : { condition: when }),
  });
}

/** The Registry resource of DSC 1.1, whose names are compared without regard to case. */
function factsOfResource(
  text: string,
  properties: YAMLMap,
  within: readonly string[],
  condition: string | undefined,
): RegistryFact[] {
  const path = wordAt(properties, 'Key');
  if (!path) return [];
  const name = wordAt(properties, 'ValueName');
  const data = wordAt(properties, 'ValueData');
  const type = wordAt(properties, 'ValueType');
  const ensure = wordAt(properties, 'Ensure');
  const isAbsent = ensure?.text.toLowerCase() === 'absent';
  const isHex = wordAt(properties, 'Hex')?.text.toLowerCase() === 'true';
  return factsOfWrite({
    path,
    name: name?.text === '' ? undefined : name,
    action: isAbsent ? 'delete' : 'set',
    ...(data ? { data } : {}),
    ...(type ? { type: type.text } : {}),
    base: isHex ? 'hex' : 'number',
    defaultType: 'REG_SZ',
    span: ensure && isAbsent ? ensure.span : spanOf(properties),
    statement: spanOf(properties),
    within,
    rewrite: (from) => rewriteOfTask(text, properties, from, { ...resourceNames, isHex }),
    ...(condition === undefined ? {} : { condition }),
  });
}

function valueAt(map: YAMLMap, name: string): unknown {
  return pairAt(map, name)?.value ?? undefined;
}

/** The scalar below the first of those names; a list of one item, as `valueData` may be, counts as the item. */
function wordAt(map: YAMLMap, ...names: readonly string[]): Word | undefined {
  for (const name of names) {
    const value = valueAt(map, name);
    const single = isSeq(value) && value.items.length === 1 ? value.items[0] : value;
    if (isScalar(single)) return wordOf(single);
  }
  return undefined;
}

function wordOf(node: Node & { readonly value?: unknown; readonly source?: string }): Word {
  const text = typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
  // Templates of Jinja, expressions of DSC v3.
  return { text, span: spanOf(node), isOpen: /\{\{|\{%|^\[[a-z]\w*\(/i.test(text) };
}

function spanOf(node: Node): { start: number; end: number } {
  const [start = 0, end = 0] = node.range ?? [];
  return { start, end };
}
