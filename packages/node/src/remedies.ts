import type { FileEdit, Refusal, Remedies, Seconds } from '@shortfuse/core';
import { replace } from '@shortfuse/core';
import { ts } from 'ts-morph';
import { nameOf } from './bindings.js';
import { insertArgument, insertProperty } from './insertion.js';
import { locationOf, type RemediesOf } from './listeners.js';
import { placeText } from './meaning.js';
import { type Shape, shapeOf } from './objects.js';
import { otherUses } from './other-uses.js';
import type { Reader, Step } from './reader.js';
import type { Made, Server } from './server.js';
import { optionName } from './session-timeout.js';
import { isCreateContext } from './stages.js';
import type { SourceTree } from './tree.js';
import { evaluate } from './values.js';
import type { World } from './world.js';

/** How the lifetimes of one world are changed. */
export interface RemedyBook {
  /** The finder for a lifetime of a server. What it says counts when every file has been read. */
  readonly of: (reader: Reader) => RemediesOf;
  /** Notes references that are uses as a lifetime: whatever else uses the same number is an obstacle. */
  readonly use: (steps: readonly Step[]) => void;
  /** Why what `steps` lead to must not change: something else uses it. */
  readonly otherUse: (reader: Reader, steps: readonly Step[], at: ts.Node) => Refusal | undefined;
  /** Notes which names the options of TLS servers use. */
  readonly settle: (reader: Reader, tree: SourceTree, made: readonly Made[]) => void;
}

export function remediesIn(world: World): RemedyBook {
  const tlsUses = new Set<ts.Node>();
  // Asked for once all uses are noted, and then often: many servers share one constant.
  const known = new Map<string, readonly ts.Node[]>();
  const usesBesides = ({ holder, path }: Step): readonly ts.Node[] => {
    const of =
      holder.kind === 'declaration' ? identityOf(holder.declaration) : `${holder.tree.file.path} ${holder.name}`;
    const key = JSON.stringify([of, path]);
    const before = known.get(key);
    if (before) return before;
    const found = otherUses(world, tlsUses, holder, path);
    known.set(key, found);
    return found;
  };
  const identities = new Map<ts.Node, number>();
  const identityOf = (node: ts.Node): number => {
    const number = identities.get(node) ?? identities.size;
    identities.set(node, number);
    return number;
  };
  const book: Pick<RemedyBook, 'use' | 'otherUse'> = {
    use: (steps) => {
      for (const { use } of steps) tlsUses.add(use);
    },
    otherUse: (reader, steps, at) => otherUse(world, reader, usesBesides, steps, at),
  };
  const addShape = (reader: Reader, shape: Shape): void => {
    for (const use of shape.uses) tlsUses.add(use);
    for (const entry of shape.entries) {
      if (entry.key !== optionName || !entry.value) continue;
      const value = evaluate(reader, entry.value);
      if (value.kind !== 'hidden') book.use(value.steps);
    }
  };
  return {
    ...book,
    of: (reader) => (server, spell) => (wish) => {
      const written = spell.kind === 'written' ? spell.number : spell.unset;
      return written ? replacement(book, reader, written, wish.target) : insertion(book, reader, server, wish.target);
    },
    settle: (reader, tree, made) => {
      for (const one of made) {
        if (one.kind !== 'server') continue;
        for (const { shape } of [...one.server.stages, ...one.server.sides]) addShape(reader, shape);
        if (one.server.maker.outer) for (const use of one.server.maker.outer.uses) tlsUses.add(use);
      }
      for (const call of world.bindings(tree)?.calls ?? []) {
        const [options] = call.arguments ?? [];
        if (options && ts.isCallExpression(call) && isCreateContext(reader, call))
          addShape(reader, shapeOf(reader, options, call));
      }
    },
  };
}

/** The number becomes the target where it is written, if nothing else uses it. */
function replacement(
  book: Pick<RemedyBook, 'otherUse'>,
  reader: Reader,
  { node, steps }: { readonly node: ts.Node; readonly steps: readonly Step[] },
  target: Seconds,
): Remedies {
  const obstacle = book.otherUse(reader, steps, node);
  if (obstacle) return obstacle;
  const { file, span } = locationOf(reader, node);
  if (ts.isEnumMember(node)) {
    const next = node.parent.members[node.parent.members.indexOf(node) + 1];
    if (node.initializer === undefined && next && next.initializer === undefined)
      return refused(reader, node, {
        why: `the enum members after ${node.name.getText()} count on from it`,
        help: 'write the values of the enum out',
      });
    return one(file, { span: { start: node.end, end: node.end }, before: '', after: ` = ${target}` });
  }
  // `-x` and `a+b` need a blank where the text before ends in a letter: `return-1`.
  const before = file.text[span.start - 1] ?? ' ';
  const after = `${/[\w$]/.test(before) ? ' ' : ''}${target}`;
  return one(file, replace(file.text, span, after));
}

/** `sessionTimeout` is put into the options that the server is made with, or into the only ones there are. */
function insertion(
  book: Pick<RemedyBook, 'otherUse'>,
  reader: Reader,
  { maker, stages }: Server,
  target: Seconds,
): Remedies {
  const stage = stages.find(({ call }) => call === maker.call) ?? stages[0];
  if (!stage) {
    const edit = maker.kind === 'node' ? insertArgument(maker.call, `{ ${optionName}: ${target} }`) : undefined;
    return edit
      ? one(locationOf(reader, maker.call).file, edit)
      : refused(reader, maker.call, { why: 'the server is made without options', help: 'give it options by hand' });
  }
  const { literal, steps } = stage.shape;
  if (!literal)
    return refused(reader, stage.call, {
      why: 'the options are no object literal that a property could be put into',
      help: `write { ...options, ${optionName}: ${target} } where the server is made`,
    });
  const obstacle = book.otherUse(
    reader,
    steps.map((step) => ({ ...step, path: [...step.path, optionName] })),
    literal,
  );
  if (obstacle) return obstacle;
  const { file } = locationOf(reader, literal);
  return one(file, insertProperty(file, literal, optionName, String(target)));
}

function one(file: FileEdit['file'], edit: FileEdit['edit']): Remedies {
  return { kind: 'remedies', remedies: [{ edits: [{ file, edit }] }] };
}

function refused(reader: Reader, node: ts.Node, { why, help }: { why: string; help: string }): Refusal {
  return { kind: 'refused', why, help, at: locationOf(reader, node) };
}

/** More places than this are counted: whoever reads them knows enough. */
const mostPlaces = 3;

/** Why something that `steps` lead to must not change: something else uses it, or may. */
function otherUse(
  world: World,
  reader: Reader,
  usesBesides: (step: Step) => readonly ts.Node[],
  steps: readonly Step[],
  at: ts.Node,
): Refusal | undefined {
  const tree = world.treeOf(at);
  if (!world.isGiven(tree))
    return refused(reader, at, {
      why: `${tree.file.path} is not among the files that were given, and neither may others be that use the same number`,
      help: 'name the folder that holds all sources of the program',
    });
  for (const step of steps) {
    const others = usesBesides(step);
    if (others.length === 0) continue;
    const { holder } = step;
    const name = holder.kind === 'declaration' ? (nameOf(holder.declaration) ?? 'it') : holder.name;
    const places = [...new Set(others.map((other) => placeText(reader, other)))];
    const rest = places.length > mostPlaces ? ` and ${places.length - mostPlaces} more places` : '';
    return refused(reader, at, {
      why: `${name} is also used in ${places.slice(0, mostPlaces).join(', ')}${rest}; shortening it would change more than the TLS session`,
      help: `give ${optionName} a number of its own`,
    });
  }
  return undefined;
}
