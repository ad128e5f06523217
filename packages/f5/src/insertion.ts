import { type FileEdit, insert, type Refusal } from '@shortfuse/core';
import { isMap, isScalar, type Pair } from 'yaml';
import { pairOf } from './ansible.js';
import type { Insertion, LifetimeName, Place } from './device.js';
import type { HclAttribute } from './hcl.js';
import { memberOf } from './json.js';
import { indentBefore, lineEndAfter, usualEol } from './lines.js';
import { stanzaInsertion } from './stanza-insertion.js';

/** What the property is called in the code that makes a profile; undefined where that code has no word for it. */
export function writtenName(place: Place, name: LifetimeName): string | undefined {
  switch (place.form) {
    case 'tmsh':
      return name;
    case 'rest':
      return name === 'cache-timeout' ? 'cacheTimeout' : 'sessionTicketTimeout';
    case 'as3':
      return name === 'cache-timeout' ? 'cacheTimeout' : undefined;
    case 'terraform':
      return name === 'cache-timeout' ? 'cache_timeout' : undefined;
    case 'pulumi':
      return name === 'cache-timeout' ? 'cacheTimeout' : undefined;
    case 'ansible':
      // F5's own module has no argument for it; the older f5bigip_ltm_profile_client_ssl does.
      if (name === 'cache-timeout') return 'cache_timeout';
      return place.module.includes('f5bigip_ltm_') ? 'session_ticket_timeout' : undefined;
  }
}

/** Puts a property that a profile does not state into its text. */
export function insertionInto(place: Place, name: LifetimeName, value: string): Insertion {
  const written = writtenName(place, name);
  if (written === undefined)
    return refused(`${nameless[place.form]} has no setting for ${name}`, handHelp(name, value));
  switch (place.form) {
    case 'tmsh':
      return at(place.tree.file, stanzaInsertion(place.tree, place.statement, written, value));
    case 'as3':
      return intoObject(place, written, value);
    case 'terraform':
      return intoBlock(place, written, value);
    case 'ansible':
      return intoTask(place, written, value);
    case 'pulumi':
      return place.insert(written, value);
    case 'rest':
      return { kind: 'insertion', edits: [] };
  }
}

const nameless: Readonly<Record<Place['form'], string>> = {
  tmsh: 'BIG-IP',
  rest: 'BIG-IP',
  as3: 'TLS_Server of AS3',
  terraform: 'bigip_ltm_profile_client_ssl of Terraform',
  ansible: 'bigip_profile_client_ssl of Ansible',
  pulumi: 'ProfileClientSsl of Pulumi',
};

function handHelp(name: LifetimeName, value: string): string {
  return `set it on the device: tmsh modify ltm profile client-ssl NAME ${name} ${value}`;
}

function at(file: FileEdit['file'], edit: FileEdit['edit']): Insertion {
  return { kind: 'insertion', edits: [{ file, edit }] };
}

function refused(why: string, help: string): Refusal {
  return { kind: 'refused', why, help };
}

/** After `"class": "TLS_Server"`, which every such object has: on a line of its own where a comma and a line's end follow. */
function intoObject({ file, object }: Place & { readonly form: 'as3' }, name: string, value: string): Insertion {
  const member = memberOf(object, 'class');
  if (!member) return refused('the object has no class', `add "${name}": ${value} by hand`);
  const { text } = file;
  const { keyNode, node } = member;
  const colon = /^\s*:[ \t]*(?=["[{\w-])/.exec(text.slice(keyNode.offset + keyNode.length, member.value.offset + 1));
  const indent = indentBefore(text, keyNode.offset);
  const isCompact = colon?.[0] === ':';
  const written = `"${name}"${colon?.[0] ?? ': '}${value}`;
  const end = node.offset + node.length;
  const isOwnLine = indent !== undefined && keyNode.offset > 0;
  const line = isOwnLine && text.charAt(end) === ',' ? nextLine(text, end + 1, /^[ \t]*\/\//) : undefined;
  if (line) return at(file, insert(line.next, `${indent}${written},${line.eol}`));
  const separator = isOwnLine ? `${usualEol(text)}${indent}` : isCompact ? '' : ' ';
  return at(file, insert(end, `,${separator}${written}`));
}

/** After the arguments that say what the profile is, as the equals signs beside it are aligned. */
function intoBlock({ block }: Place & { readonly form: 'terraform' }, name: string, value: string): Insertion {
  const { file, attributes, body } = block;
  const { text } = file;
  const previous = attributes.get('defaults_from') ?? attributes.get('name');
  const from = previous?.at.span;
  const indent = from ? indentBefore(text, from.start) : '  ';
  const isOneLine =
    !lineEndAfter(text, body.start) && !/^[ \t]*(?:#|\/\/)/.test(text.slice(body.start, body.start + 200));
  if (indent === undefined || isOneLine)
    return refused(
      'the block is written on one line, where HCL allows a single argument',
      `write it on several lines and add ${name} = ${value}`,
    );
  const statement = `${indent}${aligned(text, previous, name)} = ${value}`;
  const end = from?.end ?? body.start;
  const line = nextLine(text, end, /^[ \t]*(?:#|\/\/)/);
  return at(file, line ? insert(line.next, `${statement}${line.eol}`) : insert(end, `${usualEol(text)}${statement}`));
}

function aligned(text: string, previous: HclAttribute | undefined, name: string): string {
  if (!previous) return name;
  const { start } = previous.at.span;
  const equals = text.indexOf('=', start);
  return name.padEnd(equals - start - 1);
}

/** After the last of the arguments that say which profile it is. */
function intoTask({ file, args }: Place & { readonly form: 'ansible' }, name: string, value: string): Insertion {
  const { text } = file;
  const identity = ['name', 'partition', 'parent', 'defaults_from'].flatMap((key) => pairOf(args, key) ?? []);
  const places = identity.map((pair) => placeOf(pair)).sort((a, b) => a.end - b.end);
  const last = places.at(-1);
  if (!last) return refused('the task does not name the profile', `add ${name}: ${value} by hand`);
  if (args.flow) return at(file, insert(last.end, `, ${name}: ${value}`));
  const lineStart = text.lastIndexOf('\n', last.start - 1) + 1;
  const indent = ' '.repeat(last.start - lineStart);
  // The end of a block scalar is already the start of a line.
  if (last.end > 0 && text.charCodeAt(last.end - 1) === 0x0a)
    return at(file, insert(last.end, `${indent}${name}: ${value}${usualEol(text)}`));
  const line = nextLine(text, last.end, /^[ \t]*#/);
  const statement = `${indent}${name}: ${value}`;
  return at(
    file,
    line ? insert(line.next, `${statement}${line.eol}`) : insert(text.length, `${usualEol(text)}${statement}`),
  );
}

function placeOf({ key, value }: Pair): { readonly start: number; readonly end: number } {
  const [start = 0, keyEnd = 0] = (isScalar(key) ? key.range : undefined) ?? [];
  const [, end = keyEnd] = ((isScalar(value) || isMap(value)) && value.range) || [];
  return { start, end };
}

/** Where the line after `offset` starts, if only a comment of the given form is left on this one. */
function nextLine(text: string, offset: number, comment: RegExp): ReturnType<typeof lineEndAfter> {
  const line = lineEndAfter(text, offset);
  if (line) return line;
  const end = text.indexOf('\n', offset);
  if (end === -1 || !comment.test(text.slice(offset, end))) return undefined;
  return { next: end + 1, eol: text.charCodeAt(end - 1) === 0x0d ? '\r\n' : '\n' };
}
