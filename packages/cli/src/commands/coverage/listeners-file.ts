import { readFileSync } from 'node:fs';
import { decode, positionOf } from '@shortfuse/core';
import type { Host } from '@shortfuse/panos';
import { findNodeAtLocation, getNodeValue, type ParseError, parseTree } from 'jsonc-parser';
import * as v from 'valibot';
import { UsageError } from '../../exit.js';
import { messageOf } from '../../io/config.js';

/** Keys that are not known are let through, so that such a file may say more about a listener than is read of it. */
const schema = v.array(
  v.object(
    {
      server: v.string('must be a string'),
      name: v.string('must be a string'),
      addresses: v.array(v.string('must be a string such as 203.0.113.10:443'), 'must be a list of addresses'),
      lifetimeSeconds: v.nullable(
        v.pipe(
          v.number('must be a number of seconds, or null where it is not known'),
          v.minValue(0, 'must not be negative'),
        ),
      ),
    },
    'must be an object with server, name, addresses and lifetimeSeconds',
  ),
  'must be a list of listeners',
);

/** Reads the file of `--listeners`. @throws UsageError naming the place of each mistake */
export function readListenersFile(path: string, shown: string): Host[] {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new UsageError(`${shown}: error: ${messageOf(error)}`);
  }
  const file = decode(shown, bytes);
  const place = (offset: number): string => {
    const { line, column } = positionOf(file, offset);
    return `${shown}:${line}:${column}`;
  };
  const errors: ParseError[] = [];
  const tree = parseTree(file.text, errors, { allowTrailingComma: true, allowEmptyContent: false });
  if (errors[0] || !tree) throw new UsageError(`${place(errors[0]?.offset ?? 0)}: error: not JSON`);
  const result = v.safeParse(schema, getNodeValue(tree));
  if (result.success) return result.output;
  throw new UsageError(
    result.issues
      .map((issue) => {
        const path = (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)));
        // Of a key that is missing there is no node: its object is where it should be.
        const node = findNodeAtLocation(tree, path) ?? findNodeAtLocation(tree, path.slice(0, -1)) ?? tree;
        const isMissing = path.length > 0 && findNodeAtLocation(tree, path) === undefined;
        const last = path.at(-1);
        const what = last === undefined ? 'the file' : typeof last === 'number' ? `entry ${last + 1}` : last;
        return `${place(node.offset)}: error: ${what} ${isMissing ? 'is missing' : issue.message}`;
      })
      .join('\n'),
  );
}
