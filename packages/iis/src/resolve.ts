import type {
  Configuration,
  IgnoredSetting,
  IncludeAnswer,
  IncludeRequest,
  Listener,
  Problem,
  ResolveOptions,
  SourceFile,
} from '@shortfuse/core';
import { lifetimeOf, type MachineLifetime } from './lifetime.js';
import { listenerOf, type PlacedBinding, speaksTls } from './listeners.js';
import { lookalikesIn, lookalikesOfSite } from './lookalikes.js';
import { folderOf, groupByMachine, type Machine } from './machines.js';
import type { IisFile } from './parse.js';
import { readBindingInformation, sitesIn, textOf } from './sites.js';
import { childrenAt, type XmlElement } from './xml.js';

type Resolving<T> = Generator<IncludeRequest, T, IncludeAnswer<IisFile>>;

/**
 * Sorts files into machines by folder and resolves one configuration for each: the listeners of its applicationHost.config with
 * the lifetime that its registry artefacts set. Artefacts without a machine are fragments.
 */
export function* resolve(files: readonly IisFile[], options: ResolveOptions): Resolving<readonly Configuration[]> {
  const wanted = new Set(options.entries);
  const isHost = ({ file, content }: IisFile): boolean =>
    wanted.size > 0 ? wanted.has(file.path) : content.kind === 'host';
  const hosts = files.filter(isHost);
  const others = files.filter((tree) => !isHost(tree) && tree.content.kind !== 'host');
  const configurations: Configuration[] = [];
  for (const machine of groupByMachine(hosts, others)) {
    const configuration = machine.host
      ? yield* resolveMachine(machine, machine.host, hosts.length, options)
      : fragmentsOf(machine);
    if (configuration) configurations.push(configuration);
  }
  return configurations;
}

function* resolveMachine(
  machine: Machine,
  host: IisFile,
  hosts: number,
  options: ResolveOptions,
): Resolving<Configuration> {
  const found = yield* findSites(host);
  const registry = registryOf(machine);
  const bindings = bindingsOf(machine);
  const documents = [host, ...machine.others].flatMap(({ file, content }) =>
    (content.kind === 'host' || content.kind === 'web') && content.root ? [lookalikesIn(file, content.root)] : [],
  );
  const about = (site: string): readonly IgnoredSetting[] => documents.flatMap((found) => found.get(site) ?? []);
  const shared: readonly IgnoredSetting[] = [...registry.ignored, ...about('')];
  const problems: Problem[] = [
    ...found.problems,
    ...machine.others.flatMap((tree) => tree.problems),
    ...registry.problems,
  ];
  const listeners: Listener[] = [];
  const stopped: string[] = [];
  const hasTls13 = !isBefore2022(options.version);
  for (const site of sitesIn(found.sections.map(({ element }) => element))) {
    const fileOf = (element: XmlElement): SourceFile =>
      found.sections.find((section) => isWithin(element, section.element))?.file ?? host.file;
    const spoken = site.bindings.filter((binding) => speaksTls(binding, site));
    if (spoken.length > 0 && !site.startsItself) stopped.push(site.name);
    if (!site.startsItself) continue;
    const own = [...about(site.name.toLowerCase()), ...lookalikesOfSite(fileOf(site.element), site.element)];
    // One list for all sites that have nothing of their own: both may be thousands.
    const ignored = own.length === 0 ? shared : [...shared, ...own];
    for (const binding of spoken) {
      if (!readBindingInformation(binding.information))
        problems.push({
          severity: 'warning',
          at: { file: fileOf(binding.element), span: binding.span },
          message: `"${binding.information}" is no binding information`,
          help: 'write address, port and host name with colons between them, such as *:443: or 10.0.0.1:443:shop.example.com',
        });
      listeners.push(
        listenerOf(site, binding, {
          ...{ machine: registry, bindings, hasTls13 },
          fileOf: () => fileOf(binding.element),
          ignoredAt: () => ignored,
        }),
      );
    }
  }
  return {
    server: 'iis',
    label: host.file.path,
    extent: 'complete',
    assumptions: assumptionsOf(machine, hosts, registry, stopped, listeners, options),
    files: [host.file, ...found.files, ...machine.others.map(({ file }) => file)].filter(isFirst),
    listeners,
    problems: unique(problems),
    unattached: [],
  };
}

interface FoundSites {
  readonly sections: readonly { readonly element: XmlElement; readonly file: SourceFile }[];
  readonly files: readonly SourceFile[];
  readonly problems: readonly Problem[];
}

/** The `<sites>` sections of the machine, also from the file that configSource names. Location tags cannot hold sites. */
function* findSites(host: IisFile): Resolving<FoundSites> {
  const { content, file } = host;
  const problems: Problem[] = [...host.problems];
  const root = content.kind === 'host' || content.kind === 'section' ? content.root : undefined;
  if (!root) return { sections: [], files: [], problems };
  const sections: { element: XmlElement; file: SourceFile }[] = [];
  const files: SourceFile[] = [];
  for (const element of childrenAt(root, 'system.applicationHost', 'sites')) {
    const source = element.attributes.get('configSource');
    if (!source) {
      sections.push({ element, file });
      continue;
    }
    const folder = folderOf(file.path);
    const path = source.value.replaceAll('\\', '/');
    const answer = yield {
      pattern: folder === '' ? path : `${folder}/${path}`,
      absolute: false,
      wildcards: false,
      folders: 'refuse',
      entry: file,
      from: file,
    };
    const tree = answer.kind === 'files' ? answer.files[0] : undefined;
    const taken = tree?.content.kind === 'section' ? tree.content.root : undefined;
    if (tree) {
      files.push(tree.file);
      problems.push(...tree.problems);
    }
    if (tree && taken?.name === 'sites') sections.push({ element: taken, file: tree.file });
    else
      problems.push({
        severity: 'warning',
        at: { file, span: source.span },
        message: `the sites are in ${source.value}, which ${tree ? 'holds no section of that name' : 'is not among the files'}`,
        help: 'name that file or its folder too: without it no listener can be found',
      });
  }
  return { sections, files, problems };
}

function isWithin(element: XmlElement, section: XmlElement): boolean {
  for (let next: XmlElement | undefined = element; next; next = next.parent) if (next === section) return true;
  return false;
}

/** What the artefacts of a machine come to; of redirection.config, that the real configuration is elsewhere. */
function registryOf({ others }: Machine): MachineLifetime {
  const lifetime = lifetimeOf(
    others.flatMap(({ file, content }) => (content.kind === 'artefact' ? [{ file, facts: content.facts }] : [])),
  );
  return { ...lifetime, problems: [...others.flatMap(redirections), ...lifetime.problems] };
}

function redirections({ file, content }: IisFile): Problem[] {
  if (content.kind !== 'redirection' || !content.root) return [];
  return childrenAt(content.root, 'configurationRedirection')
    .filter((element) => textOf(element, 'enabled')?.toLowerCase() === 'true')
    .map((element) => ({
      severity: 'warning',
      at: { file, span: element.tag },
      message: 'the machine takes its applicationHost.config from another place',
      help: 'audit the file in the folder that "path" names; the one beside this file is not in use',
    }));
}

function bindingsOf({ others }: Machine): PlacedBinding[] {
  return others.flatMap(({ file, content }) =>
    content.kind === 'artefact' ? content.bindings.map((binding) => ({ file, binding })) : [],
  );
}

/** Artefacts that no applicationHost.config is near: what they set, without listeners. */
function fragmentsOf(machine: Machine): Configuration | undefined {
  const registry = registryOf(machine);
  const problems = unique([...machine.others.flatMap((tree) => tree.problems), ...registry.problems]);
  const isTold = machine.others.some(({ content }) => content.kind === 'artefact' || content.kind === 'redirection');
  if (!isTold || (registry.settings.length === 0 && problems.length === 0)) return undefined;
  return {
    server: 'iis',
    label: machine.folder === '' ? '.' : machine.folder,
    extent: 'fragments',
    assumptions: registry.assumptions,
    files: machine.others.map(({ file }) => file),
    listeners: [],
    problems,
    unattached: registry.settings.map(({ at, number }) => ({
      at,
      name: 'ServerCacheTime',
      written:
        number === undefined
          ? at.file.text.slice(at.span.start, Math.min(at.span.end, at.span.start + 120))
          : `${number} ms`,
      seconds: number === undefined ? undefined : number / 1000,
    })),
  };
}

function assumptionsOf(
  machine: Machine,
  hosts: number,
  registry: MachineLifetime,
  stopped: readonly string[],
  listeners: readonly Listener[],
  { version }: ResolveOptions,
): string[] {
  const assumptions: string[] = [];
  const place = machine.folder === '' ? 'this folder' : machine.folder;
  if (listeners.length > 0 && version === undefined)
    assumptions.push(
      'No version is given: Windows Server 2022 or later, where TLS 1.3 is on and its tickets end with the session cache.',
    );
  if (machine.others.length > 0)
    assumptions.push(
      hosts > 1
        ? `Files belong to machines by folder: those of ${place} and, where none is nearer, of the folders above it are about this one.`
        : 'There is one applicationHost.config, so all registry files and scripts here are taken to be about its machine and applied.',
    );
  if (stopped.length > 0)
    assumptions.push(
      `Sites that do not start by themselves are left out (serverAutoStart="false"): ${stopped.join(', ')}.`,
    );
  return [...assumptions, ...registry.assumptions];
}

/** Windows Server versions by their year: `2019`, `2012R2`. */
function isBefore2022(version: string | undefined): boolean {
  const year = /^\d{4}/.exec(version ?? '')?.[0];
  return year !== undefined && Number(year) < 2022;
}

function isFirst(file: SourceFile, index: number, files: readonly SourceFile[]): boolean {
  return files.indexOf(file) === index;
}

function unique(problems: readonly Problem[]): Problem[] {
  return [...new Set(problems)];
}
