import { type Companion, encode } from '@shortfuse/core';
import { describe, expect, test } from 'vitest';
import { iis } from '../src/index.js';
import { planOf } from './patching.js';
import { type Files, host, lifetimes, reg } from './reading.js';

/** The companions of a patch by the label of the machine that they are for. */
function companionsOf(files: Files, target = 60): Record<string, readonly Companion[]> {
  return Object.fromEntries(
    planOf(files, { target }).configurations.map(({ configuration, remedies }) => [
      configuration.label,
      iis.companions?.(configuration, { target, remedies }) ?? [],
    ]),
  );
}

function companionsOfHost(more: Files = {}, target = 60): readonly Companion[] {
  return companionsOf({ 'applicationHost.config': host, ...more }, target)['applicationHost.config'] ?? [];
}

const textOf = (companions: readonly Companion[], name: string) => companions.find((each) => each.name === name)?.text;

describe('companions', () => {
  test('two registry files and a script, and only the one that applies is needed', () =>
    expect(companionsOfHost().map(({ name, use, isRequired }) => ({ name, use, isRequired }))).toEqual([
      { name: 'schannel-session-60s.reg', use: 'apply', isRequired: true },
      { name: 'schannel-session-revert.reg', use: 'revert', isRequired: false },
      { name: 'schannel-session.ps1', use: 'verify', isRequired: false },
    ]));

  test('UTF-16LE with a byte order mark, as regedit exports', () => {
    const [apply] = companionsOfHost();
    const bytes = apply ? encode(apply) : new Uint8Array();
    expect([...bytes.subarray(0, 4)]).toEqual([0xff, 0xfe, 0x57, 0]);
    expect(Buffer.from(bytes).toString('utf16le')).toBe(`\ufeff${reg('"ServerCacheTime"=dword:0000ea60')}`);
  });

  test('the way back deletes a value that was not there, never the key', () =>
    expect(textOf(companionsOfHost(), 'schannel-session-revert.reg')).toBe(reg('"ServerCacheTime"=-')));

  test('or gives back what a file for the way back says was there', () => {
    const companions = companionsOfHost({ 'old-revert.reg': reg('"ServerCacheTime"=dword:0036ee80') });
    expect(textOf(companions, 'schannel-session-revert.reg')).toBe(reg('"ServerCacheTime"=dword:0036ee80'));
    expect(textOf(companions, 'schannel-session.ps1')).toContain('-Value 3600000 -ErrorAction Stop');
  });

  test('another target is in the name and in the number', () =>
    expect(textOf(companionsOfHost({}, 300), 'schannel-session-300s.reg')).toBe(
      reg('"ServerCacheTime"=dword:000493e0'),
    ));

  test('none where the text of a file is changed', () =>
    expect(companionsOfHost({ 't.reg': reg('"ServerCacheTime"=dword:0036ee80') })).toEqual([]));

  test('each machine has its own', () => {
    const found = companionsOf({ 'a/applicationHost.config': host, 'b/applicationHost.config': host });
    expect(Object.entries(found).map(([label, companions]) => [label, companions.length])).toEqual([
      ['a/applicationHost.config', 3],
      ['b/applicationHost.config', 3],
    ]);
    expect(found['b/applicationHost.config']?.[0]?.purpose).toContain('b/applicationHost.config');
  });

  test.each([60, 300])('kept beside the machine, they are read as what they do: %i s', (target) => {
    const files = Object.fromEntries(companionsOfHost({}, target).map(({ name, text }) => [name, text]));
    const plan = planOf({ 'applicationHost.config': host, ...files }, { target });
    expect(lifetimes(plan.outcome)[0]).toMatch(new RegExp(`^${target} explicit`));
    expect([plan.files, plan.refused, plan.configurations]).toEqual([[], [], []]);
  });

  test('the script is ASCII with CRLF, looks before it writes and knows its way back', () => {
    const script = textOf(companionsOfHost(), 'schannel-session.ps1') ?? '';
    expect(script).toMatch(/^[\r\n\x20-\x7e]+$/);
    expect(script.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    // The only statements that write, in their order: taking back, and applying outside every block.
    expect(script.match(/^ *(?:Set|Remove|New)-Item\w* .*$/gm)).toEqual([
      '    Remove-ItemProperty -Path $key -Name ServerCacheTime -ErrorAction Stop',
      'Set-ItemProperty -Path $key -Name ServerCacheTime -Type DWord -Value 60000 -ErrorAction Stop',
    ]);
    // A text "60000" would compare as equal to the number.
    expect(script.indexOf("$kind -ne 'DWord'")).toBeGreaterThan(0);
    expect(script.indexOf("$kind -ne 'DWord'")).toBeLessThan(script.indexOf('if ($Verify)'));
    expect(script.indexOf('IsInRole')).toBeLessThan(script.indexOf('Remove-ItemProperty'));
    expect(script.indexOf('if ($Verify)')).toBeLessThan(script.indexOf('IsInRole'));
  });
});
