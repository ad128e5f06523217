import type { RuleFinding } from '../../lint/rule.js';
import { byCause, defineRule, placeKey, problemsIn } from '../../lint/rule.js';
import { definitionsOf, helpToReach } from '../../lint/wording.js';
import { effectiveLifetime, type Listener } from '../../listener.js';

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
      const note = listener.notes.find(({ code }) => misreadCodes.has(code));
      const { origin } = listener.governing;
      const at = 'at' in origin ? origin.at : undefined;
      return note && at && !said.has(placeKey(at)) ? { key: placeKey(at), cause: { at, text: note.text } } : undefined;
    });
    for (const { cause, listeners } of misread) yield misreading(cause, listeners, targetSeconds);
  },
});

/** What adapters call values that a server reads as something else than they look like. */
const misreadCodes: ReadonlySet<string> = new Set(['zero-is-not-off', 'milliseconds']);

const whyRefused = 'the server refuses such a value, or takes it for something else than whoever wrote it meant';

function misreading(
  { at, text }: { readonly at: RuleFinding['at']; readonly text: string },
  listeners: readonly [Listener, ...Listener[]],
  targetSeconds: number,
): RuleFinding {
  const [{ governing }] = listeners;
  return {
    at,
    message: text,
    why: 'the server takes the value for something else than whoever wrote it meant',
    help: helpToReach(governing, targetSeconds, `write the ${targetSeconds} seconds of the target`),
    related: definitionsOf(listeners, at),
    listeners,
  };
}

function governs(listener: Listener, key: string): boolean {
  return [listener.governing, effectiveLifetime(listener).decidedBy].some(
    ({ origin }) => 'at' in origin && origin.at !== undefined && placeKey(origin.at) === key,
  );
}
