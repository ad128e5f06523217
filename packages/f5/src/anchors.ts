import type { Anchor, SourceFile, Span } from '@shortfuse/core';
import { isScalar } from 'yaml';
import { argumentsOf, pairOf, profileModule, tasksIn, textOf } from './ansible.js';
import { tlsServersIn } from './as3.js';
import { lifetimeNames } from './device.js';
import type { F5File, FileOf } from './files.js';
import { locationOf, membersOf } from './json.js';
import { nameTable, propertiesOf, propertyLocation } from './properties.js';
import { type TmshFile, tokenSpan, wordsOf } from './tree.js';

/**
 * The statements of client-ssl profiles that are a lifetime, whether or not the profile is used. REST answers have none:
 * nothing is written into them.
 */
export function anchors(tree: F5File): readonly Anchor[] {
  switch (tree.form) {
    case 'tmsh':
      return inStanzas(tree);
    case 'as3':
      return inDeclaration(tree);
    case 'terraform':
      return inResources(tree);
    case 'ansible':
      return inTasks(tree);
    case 'rest':
      return [];
  }
}

const lifetimes = nameTable([...lifetimeNames]);

function inStanzas(tree: TmshFile): Anchor[] {
  const found: Anchor[] = [];
  const { statements } = tree;
  for (let i = 0; i < statements.count; i = statements.next[i] ?? statements.count) {
    if (statements.open[i] === -1 || statements.words[i] !== 4) continue;
    const [module, type, kind, name = ''] = wordsOf(tree, i);
    if (module !== 'ltm' || type !== 'profile' || kind !== 'client-ssl') continue;
    for (const property of propertiesOf(tree, i, lifetimes)) {
      // On one line with others the table was not asked.
      if (property.valueToken === -1 || !lifetimeNames.some((one) => one === property.name)) continue;
      found.push({
        path: ['ltm profile client-ssl', name, property.name],
        statement: propertyLocation(tree, property).span,
        value: tokenSpan(tree, property.valueToken),
      });
    }
  }
  return found;
}

function inDeclaration({ file, root }: FileOf<'as3'>): Anchor[] {
  return tlsServersIn(root).flatMap(({ folder, key, value }): Anchor[] => {
    // The last one counts; with several, all of them are told, so that none is taken for another.
    const members = [...membersOf(value)].filter((member) => member.key === 'cacheTimeout');
    return members.map((member) => ({
      path: [folder, key, 'cacheTimeout'],
      statement: locationOf(file, member.node).span,
      value: locationOf(file, member.value).span,
    }));
  });
}

function inResources({ blocks }: FileOf<'terraform'>): Anchor[] {
  return blocks.flatMap(({ type, labels, attributes }): Anchor[] => {
    const attribute = attributes.get('cache_timeout');
    const [resource = '', name = ''] = labels;
    if (type !== 'resource' || resource !== 'bigip_ltm_profile_client_ssl' || !attribute) return [];
    const { span } = attribute.at;
    return [
      {
        path: [resource, name, 'cache_timeout'],
        statement: span,
        value: { start: span.end - attribute.text.length, end: span.end },
      },
    ];
  });
}

function inTasks({ file, documents }: FileOf<'ansible'>): Anchor[] {
  const found = documents.flatMap((document) =>
    tasksIn(document.contents)
      .filter(({ key }) => profileModule.test(key))
      .flatMap(({ key, args }) =>
        lifetimeNames.flatMap(argumentsOf).flatMap((name): Anchor[] => {
          const pair = pairOf(args, name);
          const value = pair && isScalar(pair.value) ? spanIn(file, pair.value.range) : undefined;
          const start = pair && isScalar(pair.key) ? pair.key.range?.[0] : undefined;
          if (!value || start === undefined) return [];
          // The module may be written with its collection or without.
          const module = key.slice(key.lastIndexOf('.') + 1);
          const path = [module, `/${textOf(args, 'partition') ?? 'Common'}/${textOf(args, 'name') ?? ''}`, name];
          return [{ path, statement: { start, end: value.end }, value }];
        }),
      ),
  );
  return found.sort((a, b) => a.statement.start - b.statement.start);
}

function spanIn({ text }: SourceFile, range: readonly [number, number, number] | null | undefined): Span | undefined {
  if (!range || range[1] <= range[0] || range[0] >= text.length) return undefined;
  return { start: range[0], end: Math.min(range[1], text.length) };
}
