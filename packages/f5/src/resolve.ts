import type { Configuration, Listener, Problem, ResolveOptions, Resolving } from '@shortfuse/core';
import { addAnsibleTasks } from './ansible.js';
import { addDeclaration } from './as3.js';
import { type Device, emptyDevice } from './device.js';
import type { F5File, FileOf, Form } from './files.js';
import { judge } from './judge.js';
import { addObjects, type Pending, settleReferences, virtualServersIn } from './objects.js';
import { operationsOf } from './operations.js';
import { addRestObjects } from './rest.js';
import { addTerraformResources } from './terraform.js';

/** Files that are evaluated as one, in the order in which they count. */
interface Group {
  readonly form: Form;
  readonly label: string;
  readonly files: readonly F5File[];
  /** Other files of the same folder are taken for another device. */
  readonly isParted: boolean;
}

/**
 * The files of one folder are one device, those under `partitions/` included; Terraform and Ansible files of one folder
 * belong together in the same way, and so do REST answers. An AS3 declaration stands for itself. Asks for no further files.
 */
export function* resolve(files: readonly F5File[], options: ResolveOptions): Resolving<F5File> {
  return groupsOf(files).map((group) => configurationOf(group, options));
}

function groupsOf(files: readonly F5File[]): Group[] {
  const folders = new Map<string, { form: Form; label: string; files: F5File[] }>();
  for (const tree of files) {
    const folder = deviceFolder(tree.file.path);
    const label = tree.form === 'as3' ? tree.file.path : folder || '.';
    const key = `${tree.form} ${label}`;
    const known = folders.get(key);
    if (known) known.files.push(tree);
    else folders.set(key, { form: tree.form, label, files: [tree] });
  }
  return [...folders.values()].flatMap(({ form, label, files: own }) => {
    const sets = form === 'tmsh' ? devicesIn(inLoadOrder(own)) : [own];
    return sets.map((set) => ({
      form,
      label: set.length === 1 && set[0] ? set[0].file.path : label,
      files: set,
      isParted: sets.length > 1,
    }));
  });
}

/**
 * The files of a folder, parted where they cannot be of one device: a saved file with a name of its own that has virtual
 * servers which another saved file has, too, is a copy or another device. Merge files (without the header of saved files) go
 * with the first.
 */
function devicesIn(files: readonly F5File[]): F5File[][] {
  const devices: { files: F5File[]; virtuals: Set<string> }[] = [];
  for (const tree of files) {
    if (tree.form !== 'tmsh') continue;
    const isSaved = tree.file.text.startsWith('#TMSH-VERSION:');
    const virtuals = isSaved ? virtualServersIn(tree) : [];
    const isOfDevice = loadOrder.includes(tree.file.path.slice(tree.file.path.lastIndexOf('/') + 1));
    const fitting = devices.find((device) => isOfDevice || !virtuals.some((name) => device.virtuals.has(name)));
    const device = fitting ?? { files: [], virtuals: new Set<string>() };
    if (!fitting) devices.push(device);
    device.files.push(tree);
    for (const name of virtuals) device.virtuals.add(name);
  }
  return devices.map((device) => device.files);
}

function deviceFolder(path: string): string {
  const slash = path.lastIndexOf('/');
  const folder = slash === -1 ? '' : path.slice(0, slash) || '/';
  return folder.replace(/(?:^|\/)partitions\/[^/]+$/, '');
}

/** Factory profiles first, so that a changed one in a later file wins; what is no file of the device itself comes last. */
const loadOrder = [
  'profile_base.conf',
  'low_profile_base.conf',
  'bigip_base.conf',
  'bigip_user.conf',
  'bigip.conf',
  'bigip_gtm.conf',
  'bigip_script.conf',
];

function inLoadOrder(files: readonly F5File[]): F5File[] {
  const rank = ({ file: { path } }: F5File): number => {
    const place = loadOrder.indexOf(path.slice(path.lastIndexOf('/') + 1));
    const isPartition = /(?:^|\/)partitions\/[^/]+\/[^/]+$/.test(path);
    return place === -1 ? 2 * loadOrder.length : isPartition ? loadOrder.length + place : place;
  };
  const byPath = (a: F5File, b: F5File): number => (a.file.path < b.file.path ? -1 : 1);
  return [...files].sort((a, b) => rank(a) - rank(b) || byPath(a, b));
}

function configurationOf({ form, label, files, isParted }: Group, options: ResolveOptions): Configuration {
  const device = emptyDevice(form);
  const refused = new Set(
    files.filter((tree) => tree.problems.some(({ severity }) => severity === 'error')).map(({ file }) => file),
  );
  addAll(
    device,
    form,
    files.filter(({ file }) => !refused.has(file)),
  );
  const version = options.version ?? versionIn(files);
  const judged = judge(device, version);
  const problems: Problem[] = [...files.flatMap((tree) => tree.problems), ...judged.problems];
  const listeners = inFileOrder(judged.listeners, files);
  const operations = operationsOf(form, label);
  return {
    server: 'f5',
    label,
    extent: isComplete(form, files) ? 'complete' : 'fragments',
    assumptions: [
      ...assumptionsOf(form, files, version, options.version !== undefined, refused.size > 0),
      ...(isParted ? ['another file of this folder has the same virtual servers and is taken for another device'] : []),
    ],
    files: files.map(({ file }) => file),
    listeners,
    problems,
    unattached: judged.unattached,
    ...(operations ? { operations } : {}),
  };
}

function addAll(device: Device, form: Form, files: readonly F5File[]): void {
  const pending: Pending = { profiles: [], virtuals: [] };
  for (const tree of files) {
    switch (tree.form) {
      case 'tmsh':
        addObjects(device, pending, tree);
        break;
      case 'as3':
        addDeclaration(device, tree);
        break;
      case 'rest':
        addRestObjects(device, tree);
        break;
    }
  }
  if (form === 'terraform') addTerraformResources(device, files.filter(isForm('terraform')));
  if (form === 'ansible') addAnsibleTasks(device, files.filter(isForm('ansible')));
  settleReferences(device, pending);
}

function isForm<F extends Form>(form: F): (tree: F5File) => tree is FileOf<F> {
  return (tree): tree is FileOf<F> => tree.form === form;
}

/** The version that the first file with a header names: `#TMSH-VERSION: 15.1.8.2`. */
function versionIn(files: readonly F5File[]): string | undefined {
  for (const { file } of files) {
    const [, version] = /^#TMSH-VERSION: *([\d.]+)/.exec(file.text.slice(0, 100)) ?? [];
    if (version !== undefined) return version;
  }
  return undefined;
}

function isComplete(form: Form, files: readonly F5File[]): boolean {
  return (
    form !== 'tmsh' ||
    files.some(({ file: { path, text } }) => /(?:^|\/)bigip\.conf$/.test(path) || text.startsWith('#TMSH-VERSION:'))
  );
}

function assumptionsOf(
  form: Form,
  files: readonly F5File[],
  version: string | undefined,
  isTold: boolean,
  hasRefused: boolean,
): string[] {
  const assumptions: string[] = [];
  if (form === 'tmsh')
    assumptions.push(
      version === undefined
        ? 'factory profiles as in BIG-IP 15.1.8'
        : isTold
          ? `BIG-IP ${version}`
          : `BIG-IP ${version}, as the files say`,
    );
  else if (form === 'as3') assumptions.push('AS3 3.21 or later, which writes cacheTimeout 3600 where it is not stated');
  else assumptions.push('factory profiles as in BIG-IP 15.1.8, unchanged on the device');
  if (files.length > 1)
    assumptions.push(
      form === 'tmsh' ? 'the files of this folder are one device' : 'the files of this folder are for one device',
    );
  if (hasRefused) assumptions.push('files with errors in their syntax are left out');
  return assumptions;
}

/** In the order in which the files count, then by place. */
function inFileOrder(listeners: readonly Listener[], files: readonly F5File[]): Listener[] {
  const rank = new Map(files.map(({ file }, i) => [file, i]));
  const rankOf = ({ definedAt }: Listener): number => rank.get(definedAt.file) ?? 0;
  return [...listeners].sort((a, b) => rankOf(a) - rankOf(b) || a.definedAt.span.start - b.definedAt.span.start);
}
