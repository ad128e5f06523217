import type { IgnoredSetting, SourceFile } from '@shortfuse/core';
import { textOf } from './sites.js';
import { childrenAt, elementsIn, type XmlElement } from './xml.js';

/** Settings that look like a session lifetime and are none, with the element that they stand in. */
interface Lookalike {
  readonly element: string;
  readonly parent?: string;
  readonly attribute: RegExp;
  readonly value?: RegExp;
  readonly why: string;
}

/** From the reference of the sections named; none of them reaches Schannel. */
const lookalikes: readonly Lookalike[] = [
  { element: 'processModel', attribute: /^idleTimeout$/, why: 'idle time of a worker process' },
  {
    element: 'access',
    attribute: /^sslFlags$/,
    value: /^(?!\s*(?:None|0)?\s*$)/i,
    why: 'requires TLS or client certificates for a path',
  },
  { element: 'session', parent: 'asp', attribute: /^timeout$/, why: 'session state of ASP pages' },
  { element: 'sessionState', attribute: /^timeout$/, why: 'session state of ASP.NET pages' },
  { element: 'webLimits', attribute: /^(?:connectionTimeout|headerWaitTimeout)$/, why: 'idle time of a connection' },
  { element: 'hsts', attribute: /^max-age$/, why: 'how long browsers remember to use HTTPS' },
  {
    element: 'add',
    attribute: /^key$/,
    value: /^servercachetime$/i,
    why: 'a setting of the application, not the value in the registry',
  },
];

/** The look-alikes of a document by the site that they are about, '' for those about all; but for those in `<sites>`. */
export function lookalikesIn(file: SourceFile, root: XmlElement): ReadonlyMap<string, readonly IgnoredSetting[]> {
  const found = new Map<string, IgnoredSetting[]>();
  const sites = new Map<XmlElement, string>();
  for (const element of elementsIn(root)) {
    const around = element.parent && sites.get(element.parent);
    const path = element.name === 'location' ? textOf(element, 'path') : undefined;
    const site = path === undefined ? (around ?? '') : (path.split('/')[0] ?? '').toLowerCase();
    sites.set(element, site);
    if (isInSite(element)) continue;
    const settings = lookalikesAt(file, element);
    const known = found.get(site);
    if (known) for (const setting of settings) known.push(setting);
    else if (settings.length > 0) found.set(site, settings);
  }
  return found;
}

/** Those of a site: its limits, and HSTS. */
export function lookalikesOfSite(file: SourceFile, site: XmlElement): IgnoredSetting[] {
  const limits = childrenAt(site, 'limits').flatMap(({ attributes }) => attributes.get('connectionTimeout') ?? []);
  return [
    ...limits.map(({ span }) => ({ at: { file, span }, why: 'idle time of a connection', isRemark: true as const })),
    ...childrenAt(site, 'hsts').flatMap((element) => lookalikesAt(file, element)),
  ];
}

function lookalikesAt(file: SourceFile, element: XmlElement): IgnoredSetting[] {
  return lookalikes
    .filter(
      ({ element: name, parent }) => name === element.name && (parent === undefined || parent === element.parent?.name),
    )
    .flatMap(({ attribute, value: wanted, why }) =>
      [...element.attributes]
        .filter(([name, { value }]) => attribute.test(name) && (wanted === undefined || wanted.test(value)))
        .map(([, { span }]) => ({ at: { file, span }, why, isRemark: true as const })),
    );
}

const siteNames = new Set(['site', 'siteDefaults']);

function isInSite({ parent, name }: XmlElement): boolean {
  return name === 'hsts' && parent !== undefined && siteNames.has(parent.name);
}
