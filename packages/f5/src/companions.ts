import type { Companion, CompanionRequest, Configuration } from '@shortfuse/core';
import {
  applyCommands,
  changesIn,
  inOrder,
  mergeLines,
  quoted,
  revertCommands,
  verifyCommands,
  type Work,
  workOf,
} from './tmsh-commands.js';

/**
 * The same change for the running device, as commands of tmsh and as a file to merge. Code that a tool brings to the device needs
 * none of it, but for what the tool leaves behind when the change is taken back. No documented command takes a property out of a profile again, so going back means to state the former values.
 */
export function companions({ label }: Configuration, { remedies }: CompanionRequest): readonly Companion[] {
  const work = workOf(remedies);
  const apply = applyCommands(work);
  const merge = mergeLines(work);
  const revert = revertCommands(work);
  if (apply.length === 0) return [];
  const device = `the BIG-IP of ${label === '.' ? 'these files' : label}`;
  const isRequired = remedies.some(({ edits }) => edits.length === 0);
  const revertLines = revert.length > 0 ? [...revert, 'save sys config'] : [];
  const found: Companion[] = work.tool
    ? [tmsh('revert', revertLines, leftoverPurpose(device, work.tool), false)]
    : [
        tmsh('apply', [...apply, 'save sys config'], applyPurpose(device, work, isRequired), isRequired),
        {
          ...tmsh('apply', merge, mergePurpose, false),
          name: 'merge.conf',
        },
        tmsh('verify', verifyCommands(work), verifyPurpose(work), false),
        tmsh('revert', revertLines, revertPurpose(device, work), false),
      ];
  return found.filter(({ text }) => text !== '');
}

function tmsh(use: Companion['use'], lines: readonly string[], purpose: string, isRequired: boolean): Companion {
  const text = lines.map((line) => `${line}\n`).join('');
  return { name: `${use}.tmsh`, text, encoding: 'utf-8', purpose, use, isRequired };
}

const mergePurpose =
  'an alternative to apply.tmsh for the profiles that can be checked first: tmsh load sys config merge file /var/tmp/merge.conf verify, then the same without verify';

function applyPurpose(device: string, work: Work, isRequired: boolean): string {
  const services = new Set([
    ...changesIn(work).flatMap(({ appService }) => appService ?? []),
    ...work.swaps.flatMap((one) => [...one.services]),
  ]);
  const exchange = exchangeIn(work);
  const lost = lostIn(work);
  const steps = [
    ...(work.profiles.size > 0 ? ['sets the lifetimes in the running configuration'] : []),
    ...(exchange ? [`creates and attaches ${exchange}`] : []),
    'saves the configuration',
  ];
  return [
    `run on ${device} with "tmsh < apply.tmsh"${isRequired ? '' : ', instead of loading the patched files'}: ${steps.join(', ')}`,
    ...(lost ? [`note first what verify.tmsh shows: ${lost} is in no file`] : []),
    ...[...services].map(
      (path) =>
        `where ${path} has strict updates, "modify sys application service ${quoted(path)} strict-updates disabled" comes first`,
    ),
    'then sync the group: tmsh run cm config-sync to-group NAME',
  ].join('; ');
}

function verifyPurpose(work: Work): string {
  const wanted = new Map([
    ...changesIn(work).map(({ property, seconds }) => [property, seconds] as const),
    ...work.swaps.flatMap(({ seconds }) => [...seconds]),
  ]);
  const shown = inOrder(wanted).map(([name, seconds]) => `${name} ${seconds}`);
  const exchange = exchangeIn(work);
  return [
    `run with "tmsh < verify.tmsh" after apply.tmsh: every profile has to show ${shown.join(' and, where apply.tmsh sets it, ')}`,
    ...(exchange ? [`every virtual server ${exchange}`] : []),
  ].join(', ');
}

function revertPurpose(device: string, work: Work): string {
  const lost = lostIn(work);
  const steps = [
    ...(work.swaps.length > 0 ? ['attaches the factory profiles again and deletes their children'] : []),
    ...(work.profiles.size > 0
      ? ['states the former values, which the profiles keep as their own where they were inherited before']
      : []),
    'saves the configuration',
  ];
  return `run on ${device} with "tmsh < revert.tmsh": ${steps.join(', ')}${lost ? `; ${lost} is in no file and has to be set by hand` : ''}`;
}

/** Source: terraform-provider-bigip, where the argument is optional and computed; Ansible's modules change what is stated and no more. */
function leftoverPurpose(device: string, tool: string): string {
  return `run on ${device} with "tmsh < revert.tmsh" once the reverted code is applied: ${tool} leaves a value on the device when it goes from the code, and this states the former one`;
}

function exchangeIn({ swaps }: Work): string | undefined {
  if (swaps.length > 2) return `a child in place of each of ${swaps.length} factory profiles`;
  return swaps.length > 0
    ? swaps.map(({ child, factory }) => `${child} in place of ${factory}`).join(' and ')
    : undefined;
}

/** The values that cannot be stated when going back. */
function lostIn(work: Work): string | undefined {
  const lost = changesIn(work).filter(({ former }) => former === undefined);
  const [first] = lost;
  const more = lost.length > 1 ? ` and ${lost.length - 1} more` : '';
  return first && `the former ${first.property} of ${first.profile}${more}`;
}
