import fc from 'fast-check';
import { expect, test } from 'vitest';
import { listenersIn, patchTexts, summaryOf } from './in-memory.js';

/*
 * Programs that nobody thought of, and JavaScript itself as the judge: each is run with servers that only note their options.
 * What is said of a server is what it gets, or that it is not known; a patch gives it 60 and changes nothing else. A full run is
 * `SHORTFUSE_RANDOM=20000`.
 */
const runs = Math.max(1, Number.parseInt(process.env['SHORTFUSE_RANDOM'] ?? '', 10) || 400);
const defaultSeconds = 7200;

/** What a program does that can be seen from outside. */
interface Observed {
  /** The lifetime of each server, by its port. */
  readonly servers: ReadonlyMap<number, number>;
  /** Everything that was given to `use`. */
  readonly uses: readonly unknown[];
}

/** Runs a program. Servers take their lifetime as Node's do. */
function run(text: string): Observed {
  const servers = new Map<number, number>();
  const uses: unknown[] = [];
  const createServer = (options?: { sessionTimeout?: number }) => {
    let seconds = options?.sessionTimeout || defaultSeconds;
    let ownPort: number | undefined;
    return {
      setSecureContext(context: { sessionTimeout?: number }) {
        seconds = context.sessionTimeout || seconds;
        if (ownPort !== undefined) servers.set(ownPort, seconds);
      },
      listen(port: number) {
        ownPort = port;
        servers.set(port, seconds);
      },
    };
  };
  const requires = () => ({ createServer });
  const program = new Function('require', 'use', 'maybe', text);
  program(
    requires,
    (value: unknown) => uses.push(typeof value === 'object' ? JSON.stringify(value) : value),
    () => true,
  );
  return { servers, uses };
}

/** Numbers that pick the parts of a program. */
type Dice = (sides: number) => number;

function programOf(rolls: readonly number[]): string {
  let next = 0;
  const dice: Dice = (sides) => (rolls[next++ % rolls.length] ?? 0) % sides;
  const numbers: string[] = [];
  const objects: string[] = [];
  const lines = ["const https = require('https');"];
  const pick = <Item>(items: readonly Item[], fallback: Item): Item => items[dice(items.length || 1)] ?? fallback;

  const number = (depth = 0): string => {
    switch (dice(depth > 2 ? 4 : 10)) {
      case 0:
      case 1:
        return String(61 + dice(4000));
      case 2:
      case 3:
        return pick(numbers, '900');
      case 4:
        return `${2 + dice(5)} * ${number(depth + 1)}`;
      case 5:
        return `(${number(depth + 1)} + ${number(depth + 1)})`;
      case 6:
        return objects.length > 0 ? `(${pick(objects, '{}')}.sessionTimeout ?? ${number(depth + 1)})` : '0x100';
      case 7:
        return `(maybe() ? ${number(depth + 1)} : ${number(depth + 1)})`;
      case 8:
        return pick(['undefined', '0', 'null'], '0');
      default:
        return '1_200';
    }
  };
  const property = (): string => {
    switch (dice(8)) {
      case 0:
      case 1:
        return `sessionTimeout: ${number()}`;
      case 2:
        return objects.length > 0 ? `...${pick(objects, '{}')}` : 'key: 1';
      case 3:
        return `'sessionTimeout': ${number()}`;
      case 4:
        return `['session' + 'Timeout']: ${number()}`;
      case 5:
        return `...(maybe() ? { sessionTimeout: ${number()} } : { key: 3 })`;
      case 6:
        return `...Object.assign({ key: 2 }, { sessionTimeout: ${number()} })`;
      default:
        return `key${dice(9)}: ${number()}`;
    }
  };
  const object = (): string => {
    if (objects.length > 0 && dice(3) === 0) return pick(objects, '{}');
    return `{ ${Array.from({ length: dice(4) }, property).join(', ')} }`;
  };
  for (let i = 0, count = 3 + dice(12); i < count; i++) {
    switch (dice(12)) {
      case 0:
      case 1:
        lines.push(`const n${i} = ${number()};`);
        numbers.push(`n${i}`);
        break;
      case 2:
        lines.push(`let n${i} = ${number()};`);
        if (dice(2) === 0) lines.push(`n${i} = ${number()};`);
        numbers.push(`n${i}`);
        break;
      case 3:
      case 4:
        lines.push(`const o${i} = ${object()};`);
        objects.push(`o${i}`);
        break;
      case 5:
        if (objects.length > 0) lines.push(`${pick(objects, '')}.sessionTimeout = ${number()};`);
        break;
      case 6:
        if (objects.length > 0) lines.push(`if (maybe()) ${pick(objects, '')}.sessionTimeout = ${number()};`);
        break;
      case 7:
        if (objects.length > 0) lines.push(`Object.assign(${pick(objects, '')}, ${object()});`);
        break;
      case 8:
        lines.push(`use(${pick([number(), object()], '1')});`);
        break;
      case 9:
        lines.push(`const s${i} = https.createServer(${object()});`);
        if (dice(2) === 0) lines.push(`s${i}.setSecureContext(${object()});`);
        lines.push(`s${i}.listen(${1000 + i});`);
        break;
      case 10:
        lines.push(`function f${i}() { https.createServer(${object()}).listen(${1000 + i}); }`, `f${i}();`);
        break;
      default:
        lines.push(`https.createServer(${object()}).listen(${1000 + i});`);
    }
  }
  lines.push(`https.createServer(${object()}).listen(999);`);
  return `${lines.join('\n')}\n`;
}

const program = fc.array(fc.nat({ max: 1_000_000 }), { minLength: 60, maxLength: 60 }).map(programOf);

/** What is said of each server, by its port; undefined where it is not known. */
function told(text: string): ReadonlyMap<number, number | undefined> {
  return new Map(
    listenersIn({ 'server.js': text }).map((listener) => {
      const { lifetime } = summaryOf(listener);
      return [Number(/:(\d+)$/.exec(listener.address ?? '')?.[1]), typeof lifetime === 'number' ? lifetime : undefined];
    }),
  );
}

test('random programs: what is said of a server is what it gets', () => {
  let known = 0;
  let all = 0;
  fc.assert(
    fc.property(program, (text) => {
      const { servers } = run(text);
      const said = told(text);
      expect([...said.keys()].sort()).toEqual([...servers.keys()].sort());
      for (const [port, seconds] of said) {
        all++;
        if (seconds === undefined) continue;
        known++;
        expect(seconds, `port ${port} of\n${text}`).toBe(servers.get(port));
      }
    }),
    { seed: 20_240_613, numRuns: runs, endOnFailure: true },
  );
  // An answer that is never given is never wrong.
  expect(known / all).toBeGreaterThan(0.5);
}, 600_000);

test('random programs: a patch gives every server 60 s, and changes nothing else', () => {
  let patched = 0;
  fc.assert(
    fc.property(program, (text) => {
      const before = run(text);
      const { plan, after } = patchTexts({ 'server.js': text });
      const now = run(after['server.js'] ?? '');
      expect(now.uses, text).toEqual(before.uses);
      const refused = new Set(plan.refused.map(({ listener }) => Number(/:(\d+)$/.exec(listener.address ?? '')?.[1])));
      for (const [port, seconds] of now.servers) {
        const was = before.servers.get(port);
        if (refused.has(port)) expect([was, 60], `port ${port} of\n${text}`).toContain(seconds);
        else {
          patched++;
          expect(seconds, `port ${port} of\n${text}`).toBe(60);
        }
      }
    }),
    { seed: 20_240_614, numRuns: runs, endOnFailure: true },
  );
  expect(patched).toBeGreaterThan(runs / 10);
}, 600_000);
