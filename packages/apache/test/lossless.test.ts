import { fileURLToPath } from 'node:url';
import { samplesIn } from '@shortfuse/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { locate, readLine } from '../src/line.js';
import { LineKind, nameOf } from '../src/tree.js';
import { wordsOf } from '../src/words.js';
import { expectLossless } from './reading.js';

/** How many inputs of each kind; the full run is `SHORTFUSE_FUZZ=20000 npx vitest run packages/apache/test/lossless.test.ts`. */
const runs = Number(process.env['SHORTFUSE_FUZZ'] ?? 1500);
const settings = { numRuns: runs, seed: 60 };
const limitMs = 30_000 + runs * 50;

const pieces = [
  ...[
    '<VirtualHost *:443>',
    '</VirtualHost>',
    '<IfModule ssl_module>',
    '</IfModule>',
    'SSLSessionCacheTimeout',
    '60',
    '# c',
  ],
  ...[
    '\\',
    '\\\n',
    '\\\r\n',
    '\n',
    '\r\n',
    '\r',
    ' ',
    '\t',
    '\f',
    '\v',
    '"',
    "'",
    '$',
    '{',
    '}',
    '<',
    '>',
    '/',
    '#',
    '\0',
    'é',
  ],
  ...['<% if x %>', '<% end %>', '{{ x }}', '{% endif %}', '<Macro m $a>', '</Macro>', 'Use m 1', 'Include x'],
];
const text = fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((parts) => parts.join(''));

/** Every line can be read, and every word of it lies where it is said to lie. */
function expectReadable(bytes: Uint8Array): void {
  const tree = expectLossless(bytes);
  const { file, lines } = tree;
  for (let i = 0; i < lines.count; i++) {
    const line = readLine(tree, i);
    const isPlain = line.pieces.length === 1;
    if (isPlain) expect(line.text).not.toMatch(/^[ \t-\r]|[ \t-\r]$/);
    for (const word of wordsOf(line.text)) {
      const { span } = locate(line, word.start, word.end);
      const written = line.text.slice(word.start, word.end);
      if (isPlain) expect(file.text.slice(span.start, span.end)).toBe(written);
      else expect(written.startsWith(file.text.slice(span.start, span.end))).toBe(true);
      expect(span.start).toBeGreaterThanOrEqual(lines.starts[i] ?? -1);
      expect(span.end).toBeLessThanOrEqual(lines.starts[i + 1] ?? -1);
    }
    // What tells the lines apart before they are read agrees with the reading; where it is not sure, the line is read.
    const [first] = wordsOf(line.text);
    if (lines.kinds[i] === LineKind.blank) expect(line.text).toBe('');
    const isWord = first && !/["'<]/.test(line.text.slice(first.start, first.end));
    if (lines.kinds[i] === LineKind.directive && isPlain && isWord && !nameOf(tree, i).includes('\\'))
      expect(nameOf(tree, i)).toBe(first.value.toLowerCase());
  }
}

describe('every unit of the text is in the tree', () => {
  test(
    'of random bytes',
    () => fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), expectReadable), settings),
    limitMs,
  );

  test(
    'of made-up lines',
    () =>
      fc.assert(
        fc.property(
          text.map((each) => new TextEncoder().encode(each)),
          expectReadable,
        ),
        settings,
      ),
    limitMs,
  );

  test('of the conformance cases', () => {
    const samples = samplesIn(
      fileURLToPath(new URL('conformance', import.meta.url)),
      (path) => !path.endsWith('.json'),
    );
    expect(samples.length).toBeGreaterThan(40);
    for (const { bytes } of samples) expectReadable(bytes);
  });
});
