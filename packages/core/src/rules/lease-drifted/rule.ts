import { defineRule } from '../../lint/rule.js';

export const leaseDrifted = defineRule({
  id: 'lease-drifted',
  title: 'A temporary change is no longer what its lease wrote',
  severity: 'error',
  why:
    'A lease knows what it wrote and what was there before, and takes back exactly that. Where somebody has changed the text since, ' +
    'it leaves the text alone, and the old value does not come back by itself.',
  sources: ['docs/rollout.md: taking a change back'],
  defaults: {},
  *check({ leases }) {
    for (const { lease, state, at, driftPlaces } of leases) {
      if (state.kind === 'unfinished')
        yield {
          at,
          message: `a run that began to ${state.pending} lease ${lease.id} was cut off: ${state.written} of ${state.files} files are written`,
          why: 'some files have the new text and some the old one, which nobody meant',
          help: 'shortfuse patch --finish --write completes it',
          related: [],
          listeners: [],
        };
      if (state.kind !== 'drifted') continue;
      for (const [i, { file, line, expected, found, why }] of state.drifts.entries()) {
        const place = driftPlaces[i];
        yield {
          at: place ?? at,
          message:
            `lease ${lease.id} wrote ${expected} ${place ? 'here' : `at ${file}:${line}`}` +
            `${found === undefined ? '' : `, and there is ${found}`}: ${why}`,
          why: 'revert leaves alone what is not as the lease wrote it, so the old value does not come back by itself',
          help: `put back what the lease wrote, or set the old value by hand and run shortfuse revert ${lease.id} --write`,
          related: place ? [{ at, message: 'the lease' }] : [],
          listeners: [],
        };
      }
    }
  },
});
