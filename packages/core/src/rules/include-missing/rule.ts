import { defineRule, problemsIn } from '../../lint/rule.js';

export const includeMissing = defineRule({
  id: 'include-missing',
  title: 'An include matches nothing in the checkout',
  severity: 'warning',
  why:
    'What an included file says is in force, and a file that is not at hand may set another lifetime or hold whole servers. Nothing ' +
    'is known about those.',
  sources: ['README: --root says where absolute paths of the server lie in a checkout'],
  defaults: {},
  *check({ configurations }) {
    for (const { kind, at, message, help } of problemsIn(configurations))
      if (kind === 'include')
        yield {
          at,
          message,
          why: 'a file that is not at hand may set another lifetime or hold listeners of its own',
          help,
          related: [],
          listeners: [],
        };
  },
});
