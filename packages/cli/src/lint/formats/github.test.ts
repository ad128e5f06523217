import { describe, expect, test } from 'vitest';
import { context, fileOf, findingOf, placeOf, reportOf, siteReport } from '../../../test/formats/sample.js';
import { lintGithub } from './github.js';

interface Command {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
}

/** As the runner reads a line: src/Runner.Common/ActionCommand.cs of actions/runner. */
function read(line: string): Command {
  const end = line.indexOf('::', 2);
  expect(line.startsWith('::') && end > 0, line).toBe(true);
  const [name = '', ...rest] = line.slice(2, end).split(' ');
  const properties = rest
    .join(' ')
    .split(',')
    .map((pair): [string, string] => {
      const at = pair.indexOf('=');
      return [
        pair.slice(0, at),
        unescaped(
          pair
            .slice(at + 1)
            .replaceAll('%3A', ':')
            .replaceAll('%2C', ','),
        ),
      ];
    });
  return { name, properties: Object.fromEntries(properties), message: unescaped(line.slice(end + 2)) };
}

function unescaped(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
}

function commands(report: Parameters<typeof lintGithub>[0]): readonly Command[] {
  return lintGithub(report, context).split('\n').slice(0, -1).map(read);
}

test('an annotation names the file from the top of the repository, and the exact place', () => {
  const [, , finding] = commands(siteReport());
  expect(finding).toEqual({
    name: 'error',
    properties: {
      file: 'deploy/conf.d/shop & söhne.conf',
      line: '4',
      endLine: '4',
      col: '22',
      endColumn: '24',
      title: 'shortfuse: lifetime-above-target',
    },
    message: [
      'sessions of shop.example ([::]:443) last 1 d (86400 s), the target is 1 min (60 s)',
      'why: a client that resumes a session which the firewall never saw breaks when inspection is switched on',
      'help: write "60s" instead of "1d", or run shortfuse patch',
      'see: deploy/conf.d/shop & söhne.conf:2:2: shop.example ([::]:443) is defined here',
    ].join('\n'),
  });
});

test('what could not be read is an error, also where there is no place in it', () => {
  const [path, place] = commands(siteReport());
  expect(path).toMatchObject({ name: 'error', properties: { file: 'deploy/nowhere', line: '1' } });
  expect(place).toMatchObject({ name: 'error', properties: { file: 'deploy/conf.d/broken.conf', line: '3' } });
});

test('remarks on what was read come behind findings: ten warnings are shown', () => {
  const at = placeOf(fileOf('a.conf', '1d'), '1d');
  const problem = (severity: 'error' | 'warning') => ({ severity, at, message: `a ${severity}`, help: '' });
  const found = commands(reportOf([findingOf(at)], { problems: [problem('warning'), problem('error')] }));
  expect(found.map(({ name, properties }) => `${name} ${properties['title']}`)).toEqual([
    'error shortfuse: not judged',
    'error shortfuse: lifetime-above-target',
    'warning shortfuse: reading',
  ]);
});

test('nothing found is nothing said', () => expect(lintGithub(reportOf([]), context)).toBe(''));

describe('escapes', () => {
  const file = fileOf('a,b:c%0A=d.conf', 'x 1d;\n');

  test('whatever would end a property or a command', () => {
    const [command] = commands(
      reportOf([findingOf(placeOf(file, '1d'), { message: '100% of a,b::c %0A', why: '', help: '' })]),
    );
    expect(command?.properties['file']).toBe('deploy/a,b:c%0A=d.conf');
    expect(command?.message).toBe('100% of a,b::c %0A');
  });

  test('no line of a file starts a command of its own', () => {
    const text = lintGithub(
      reportOf([findingOf(placeOf(file, '1d'), { message: 'x\n::set-env name=A::b', help: '\r\n::add-mask::x' })]),
      context,
    );
    expect(text.match(/^::/gm)).toHaveLength(1);
    expect(text.trimEnd()).not.toContain('\n');
  });
});

test('a place on several lines has no columns: the runner takes none there', () => {
  const file = fileOf('a.conf', 'server {\n  x;\n}\n');
  const [command] = commands(reportOf([findingOf({ file, span: { start: 0, end: 16 } })]));
  expect(command?.properties).toMatchObject({ line: '1', endLine: '3' });
  expect(Object.keys(command?.properties ?? {})).not.toContain('col');
});

test('a long message ends where the runner would cut it', () => {
  const file = fileOf('a.conf', '1d');
  const at = placeOf(file, '1d');
  const long = '🛒'.repeat(5000);
  const related = Array.from({ length: 5 }, () => ({ at, message: long }));
  const [command] = commands(reportOf([findingOf(at, { message: long, why: long, help: 'use 60s', related })]));
  expect(command?.message.length).toBeLessThanOrEqual(4096);
  expect(command?.message).toContain('\nhelp: use 60s\n');
  expect(command?.message.endsWith('…')).toBe(true);
  expect(/\p{Surrogate}/u.test(command?.message ?? '')).toBe(false);
});
