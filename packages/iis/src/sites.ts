import type { Span } from '@shortfuse/core';
import { childrenAt, type XmlElement } from './xml.js';

/** A binding of a site, its own or from siteDefaults. */
export interface Binding {
  readonly protocol: string;
  /** As written. */
  readonly information: string;
  readonly sslFlags: number;
  readonly span: Span;
  readonly element: XmlElement;
}

export interface Site {
  readonly name: string;
  readonly element: XmlElement;
  /** False: it stands still until somebody starts it. */
  readonly startsItself: boolean;
  readonly bindings: readonly Binding[];
  /** FTP: a certificate is named, so that TLS is on offer. */
  readonly hasFtpCertificate: boolean;
}

/** The sites of a `<sites>` section in the order of the file. Sites inherit what siteDefaults holds unless they clear it. */
export function sitesIn(sections: readonly XmlElement[]): Site[] {
  const defaults = sections.flatMap((section) => childrenAt(section, 'siteDefaults'));
  const inherited = defaults.flatMap((each) => childrenAt(each, 'bindings'));
  return sections
    .flatMap((section) => childrenAt(section, 'site'))
    .map((element) => ({
      name: textOf(element, 'name') ?? '',
      element,
      startsItself: textOf(element, 'serverAutoStart')?.toLowerCase() !== 'false',
      bindings: collect([...inherited, ...childrenAt(element, 'bindings')]),
      hasFtpCertificate:
        (certificateOf(element) ?? defaults.map(certificateOf).find((hash) => hash !== undefined) ?? '') !== '',
    }));
}

/** Applies `<binding>`, `<add>`, `<remove>` and `<clear>` in their order; protocol and information together name a binding. */
function collect(lists: readonly XmlElement[]): Binding[] {
  const found = new Map<string, Binding>();
  for (const element of lists.flatMap(({ children }) => children)) {
    if (element.name === 'clear') found.clear();
    const protocol = textOf(element, 'protocol')?.toLowerCase();
    const information = textOf(element, 'bindingInformation');
    if (protocol === undefined || information === undefined) continue;
    const key = `${protocol} ${information.toLowerCase()}`;
    if (element.name === 'remove') found.delete(key);
    if (element.name !== 'binding') continue;
    const flags = Number.parseInt(textOf(element, 'sslFlags') ?? '0', 10);
    found.set(key, { protocol, information, sslFlags: Number.isNaN(flags) ? 0 : flags, span: element.tag, element });
  }
  return [...found.values()];
}

function certificateOf(site: XmlElement): string | undefined {
  return childrenAt(site, 'ftpServer', 'security', 'ssl')
    .map((ssl) => textOf(ssl, 'serverCertHash'))
    .find((hash) => hash !== undefined);
}

export function textOf({ attributes }: XmlElement, name: string): string | undefined {
  return attributes.get(name)?.value;
}

/** `IP:port:host`, read from the right because an IPv6 address has colons of its own. Undefined where it is no such thing. */
export function readBindingInformation(information: string): { ip: string; port: string; host: string } | undefined {
  const [, ip = '', port = '', host = ''] = /^(.*):(\d{1,5}):([^:]*)$/.exec(information) ?? [];
  return port === '' || Number(port) > 65_535 ? undefined : { ip: ip === '' ? '*' : ip, port, host };
}
