import { defineRule, problemsIn } from '../../lint/rule.js';

export const configInvalid = defineRule({
  id: 'config-invalid',
  title: 'A file that its server would refuse',
  severity: 'error',
  why:
    'A server that refuses its configuration does not start, and a reload leaves the old one in force: a patch in such a file changes ' +
    'nothing. What stands behind the error may also not have been judged.',
  sources: ['the messages are those of the server itself'],
  defaults: {},
  *check({ configurations }) {
    for (const { severity, kind, at, message, help } of problemsIn(configurations))
      if (severity === 'error' && kind === undefined)
        yield {
          at,
          message,
          why: 'the server refuses this file, so that no change in it takes effect',
          help,
          related: [],
          listeners: [],
        };
  },
});
