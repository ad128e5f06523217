import { expect, test } from 'vitest';
import { combineCaches, mergeCaches, readCache, type WrittenCache } from './session-cache.js';

function written(text: string | undefined): WrittenCache | undefined {
  if (text === undefined) return undefined;
  return combineCaches(
    text.split(';').map((directive) => {
      const result = readCache(
        directive
          .trim()
          .split(' ')
          .map((value) => ({ value, span: { start: 0, end: 0 }, placeholder: false })),
      );
      if (!result.ok) throw new Error(result.message);
      return result.cache;
    }),
  );
}

test.each([
  { own: undefined, outer: undefined, want: 'none' },
  { own: 'off', outer: 'shared:A:1m', want: 'off' },
  { own: 'shared:A:1m', outer: 'off', want: 'A' },
  { own: undefined, outer: 'shared:A:1m', want: 'A' },
  { own: 'builtin', outer: 'shared:A:1m', want: 'builtin A' }, // merged part by part
  { own: 'builtin:100', outer: undefined, want: 'builtin' },
  { own: 'none; shared:A:1m', outer: undefined, want: 'none' }, // none beats the zone of the same block
  { own: 'shared:A:1m; shared:B:1m', outer: undefined, want: 'B' }, // no duplicate error: they add up
  { own: 'builtin shared:A:1m', outer: undefined, want: 'builtin A' },
])('"$own" in "$outer" is $want', ({ own, outer, want }) => {
  const { kind, builtin, zone } = mergeCaches(written(own), written(outer));
  expect(kind === 'kept' ? [builtin ? 'builtin' : '', zone?.name ?? ''].join(' ').trim() : kind).toBe(want);
});

test.each([
  { text: 'shared:S:31k', want: 'session cache "shared:S:31k" is too small' },
  { text: 'shared:S:1g', want: 'invalid session cache "shared:S:1g"' },
  { text: 'shared:S', want: 'invalid session cache "shared:S"' },
  { text: 'shared::1m', want: 'invalid session cache "shared::1m"' },
  { text: 'OFF', want: 'invalid session cache "OFF"' }, // words are case-sensitive
  { text: 'builtin:x', want: 'invalid session cache "builtin:x"' },
])('$text is refused', ({ text, want }) =>
  expect(readCache([{ value: text, span: { start: 0, end: 0 }, placeholder: false }])).toEqual({
    ok: false,
    message: want,
  }),
);
