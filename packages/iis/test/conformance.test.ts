import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { conformanceSuite, errorsIn, openIn } from '@shortfuse/testkit';
import { describe, expect, test } from 'vitest';
import { iis } from '../src/index.js';

const folder = fileURLToPath(new URL('conformance', import.meta.url));
conformanceSuite(iis, folder);

interface Refusal {
  readonly errors?: readonly { readonly file: string; readonly line: number; readonly why: string }[];
}

describe('files that IIS refuses', () => {
  const refused = readdirSync(folder).flatMap((name) => {
    if (!/^\d/.test(name)) return [];
    const { errors } = JSON.parse(readFileSync(join(folder, name, 'expected.json'), 'utf8')) as Refusal;
    return errors ? [{ name, errors }] : [];
  });
  test('are among the cases', () => expect(refused).toHaveLength(2));
  test.each(refused)('$name: file, line and reason', ({ name, errors }) =>
    expect(errorsIn(openIn(iis, join(folder, name)))).toEqual(
      errors.map(({ file, line, why }) => ({ file, line, message: why })),
    ),
  );
});
