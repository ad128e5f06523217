import type { Seconds } from '../../duration.js';
import type { RuleFinding } from '../../lint/rule.js';
import { byCause, defineRule, placeKey, problemsIn } from '../../lint/rule.js';
import { definitionsOf, helpToReach } from '../../lint/wording.js';
import { effectiveLifetime, type Lifetime, type Listener, mechanismNames } from '../../listener.js';
import type { Location } from '../../source.js';

export const settingInvalid = defineRule({
  id: 'setting-invalid',
  title: 'A value is refused, or means something else than it looks like',
  severity: 'error',
  why:
    'A server that refuses a value does not start, or goes on with its old configuration. Worse is a value that is taken and ' +
    'means something else: a 0 that is two hours, seconds where milliseconds are counted, decimal digits that are read as hexadecimal.',
  sources: ['how each server reads its values, with sources: shortfuse explain nginx (apache, iis, f5, …)'],
  defaults: {},
  isFixable: true,
  *check({ configurations, targetSeconds }) {
    const said = new Set<string>();
    for (const { at, kind, message, help } of problemsIn(configurations)) {
      if (kind !== 'value') continue;
      said.add(placeKey(at));
      const listeners = configurations.flatMap((configuration) =>
        configuration.listeners.filter((listener) => governs(listener, placeKey(at))),
      );
      yield { at, message, why: whyRefused, help, related: definitionsOf(listeners, at), listeners };
    }
    const misread = byCause(configurations, (listener) => {
      for (const { code, text } of listener.notes) {
        const at = misreadCodes.has(code) ? placeOfMisread(listener, text) : undefined;
        if (at && !said.has(placeKey(at))) return { key: placeKey(at), cause: { at, text } };
      }
      return undefined;
    });
    for (const { cause, listeners } of misread) yield misreading(cause, listeners, targetSeconds);
  },
});

/** What adapters call values that a server reads as something else than they look like. */
const misreadCodes: ReadonlySet<string> = new Set(['zero-is-not-off', 'zero-timeout', 'value-misread', 'milliseconds']);

/** Where the value stands that a note of a listener is about: it quotes the value, or speaks of a 0. */
function placeOfMisread(listener: Listener, text: string): Location | undefined {
  const value = /"([^"]+)"/.exec(text)?.[1] ?? /(?<= )0(?= )/.exec(text)?.[0];
  for (const { origin } of lifetimesOf(listener)) {
    const at = 'at' in origin ? origin.at : undefined;
    if (at && (value === undefined || at.file.text.slice(at.span.start, at.span.end).includes(value))) return at;
  }
  return undefined;
}

const whyRefused = 'the server refuses such a value, or takes it for something else than whoever wrote it meant';

function misreading(
  { at, text }: { readonly at: Location; readonly text: string },
  listeners: readonly [Listener, ...Listener[]],
  targetSeconds: Seconds,
): RuleFinding {
  const [first] = listeners;
  const lifetime = lifetimesOf(first).find(({ origin }) => 'at' in origin && origin.at && isSame(origin.at, at));
  const otherwise = `write the number of seconds that is meant, such as ${targetSeconds}`;
  const isLong = lifetime?.seconds !== undefined && lifetime.seconds > targetSeconds;
  return {
    at,
    message: text,
    why: 'the server takes the value for something else than whoever wrote it meant',
    // The edit that would shorten the lifetime may be for another line.
    help: lifetime && isLong ? helpToReach(lifetime, targetSeconds, otherwise, true) : otherwise,
    related: definitionsOf(listeners, at),
    listeners,
  };
}

function lifetimesOf({ governing, mechanisms }: Listener): readonly Lifetime[] {
  return [governing, ...mechanismNames.flatMap((name) => mechanisms[name].lifetimes)];
}

function isSame(a: Location, b: Location): boolean {
  return placeKey(a) === placeKey(b);
}

function governs(listener: Listener, key: string): boolean {
  return [listener.governing, effectiveLifetime(listener).decidedBy].some(
    ({ origin }) => 'at' in origin && origin.at !== undefined && placeKey(origin.at) === key,
  );
}
